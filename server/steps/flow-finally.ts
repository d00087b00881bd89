import { z } from 'zod'
import { anyJson, defineStep, enterBody } from './define-step.ts'

export const flowFinally = defineStep({
  type: 'flow.finally',
  title: 'Finally',
  summary: 'In any case, at the end',
  icon: 'shield-check',
  category: 'flow',
  docs: `
Stands directly inside a \`flow.try\`, at most once. Its steps run at the end of the try, whatever happened: after the
steps went through, after the catch, and when the run is cancelled or stopped meanwhile. Inside, \`error\` is what failed, or
\`null\`.

Its output is not kept; when one of its steps fails, the try fails.
`,
  keywords: ['try', 'cleanup', 'ensure', 'always', 'release', 'close'],
  config: z.strictObject({}),
  inside: 'flow.try',
  inputPorts: [],
  outputPorts: [],
  container: {
    kind: 'finally',
    variables: { error: { description: 'What failed, with code, message and step; null when nothing did.' } },
  },
  output: anyJson,
  effects: 'pure',
  cacheable: false,
  examples: [{ title: 'Inside a try', with: {}, output: null }],
  execute: () => enterBody(),
})
