import { z } from 'zod'
import { anyJson, defineStep, endEarly } from './define-step.ts'

export const flowStop = defineStep({
  type: 'flow.stop',
  title: 'Stop',
  summary: 'End the run here, as a success',
  icon: 'circle-stop',
  category: 'flow',
  docs: `
Ends the run as a success: steps that have not begun are skipped, those at work are cancelled. In a called pipeline it
ends that call only, and the caller goes on.

The outputs of the pipeline are worked out as always; one that reads a step that did not run any more is \`null\`. Its own
value can be read there.
`,
  keywords: ['end', 'exit', 'return', 'finish', 'early', 'done', 'terminate'],
  config: z.strictObject({
    value: anyJson.default(null).meta({
      title: 'Value',
      description: 'The value of this step, for the outputs of the pipeline.',
      control: 'expression',
      placeholder: '{{ report }}',
    }),
  }),
  outputPorts: [],
  output: anyJson,
  effects: 'pure',
  cacheable: false,
  examples: [
    {
      title: 'Nothing to do',
      with: { value: 'no rows in {{ file }}' },
      scope: { file: 'june.csv' },
      output: 'no rows in june.csv',
    },
  ],
  execute: ({ config }) => endEarly('run', config.value),
})
