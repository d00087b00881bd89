import { z } from 'zod'
import { anyJson, defineStep, enterBody, takePorts } from './define-step.ts'

export const flowTry = defineStep({
  type: 'flow.try',
  title: 'Try',
  summary: 'Try the steps inside, and catch what fails',
  icon: 'shield',
  category: 'flow',
  docs: `
Runs the steps inside it once. When one of them fails, the rest of them is ended and the steps of the \`flow.catch\` inside
run instead, with the \`error\` in reach. The steps of the \`flow.finally\` inside run in any case, at the very end: also when
the run is cancelled.

Its value is the output of the last step inside, or of the last step of the catch. Beside \`out\` it leaves by \`succeeded\`
when nothing failed, or by \`caught\`. Without a catch, or when the catch fails too, the step itself fails.
`,
  keywords: ['catch', 'finally', 'error', 'exception', 'rescue', 'cleanup', 'fallback', 'handle'],
  config: z.strictObject({}),
  container: { kind: 'body', variables: {} },
  outputPorts: [
    { name: 'out' },
    { name: 'succeeded', title: 'Nothing failed' },
    { name: 'caught', title: 'A failure was caught' },
  ],
  output: anyJson,
  effects: 'pure',
  cacheable: false,
  examples: [{ title: 'Nothing fails', with: {}, output: null, port: 'succeeded' }],
  execute: () => enterBody(),
  finish: (_context, { output, error }) => takePorts(['out', error ? 'caught' : 'succeeded'], output),
})
