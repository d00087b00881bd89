import { z } from 'zod'
import { anyJson, defineStep, enterBody } from './define-step.ts'

export const flowPipeline = defineStep({
  type: 'flow.pipeline',
  title: 'Call a pipeline',
  summary:
    '{{ "Call " ~ pipeline ~ (" in version " ~ version if version != "latest" else "") if pipeline else "Call another pipeline" }}',
  icon: 'workflow',
  category: 'flow',
  docs: `
Runs another pipeline of the workspace as one step. Its value is what that pipeline gives as its outputs.

**Inputs** are those the other pipeline declares. It sees nothing else of this one. It is taken as it is when the run is
made: what is published later does not change a run under way. Without a version the latest published one is taken, or the
draft when nothing was published. On the command line **Pipeline** is a file beside the calling one, \`./clean.yaml\`.

A pipeline may call itself, up to a depth of 20.
`,
  keywords: ['sub-pipeline', 'subflow', 'subworkflow', 'call', 'reuse', 'function', 'invoke', 'recursion'],
  config: z.strictObject({
    pipeline: z.string().min(1).meta({
      title: 'Pipeline',
      description: 'Which pipeline to call.',
      control: 'pipeline',
      fixed: true,
    }),
    version: z
      .union([z.int().min(1), z.literal('latest')])
      .default('latest')
      .meta({
        title: 'Version',
        description: 'A version number, or latest.',
        control: 'text',
        placeholder: 'latest',
        fixed: true,
      }),
    inputs: z.record(z.string(), anyJson).default({}).meta({
      title: 'Inputs',
      description: 'What the pipeline is given, by the names of its inputs.',
      control: 'key-value',
      placeholder: '{{ load.rows }}',
    }),
  }),
  lazy: ['pipeline', 'version'],
  container: { kind: 'call', variables: {} },
  output: anyJson,
  effects: 'pure',
  cacheable: false,
  examples: [
    {
      title: 'With an input',
      with: { pipeline: 'clean-names', version: 2, inputs: { names: '{{ people }}' } },
      scope: { people: ['ada', 'grace'] },
    },
  ],
  execute: ({ config }) => enterBody(config.inputs),
})
