import { z } from 'zod'
import { anyJson, defineStep, enterBody } from './define-step.ts'

export const flowCatch = defineStep({
  type: 'flow.catch',
  title: 'Catch',
  summary: 'When something above has failed',
  icon: 'life-buoy',
  category: 'flow',
  docs: `
Stands directly inside a \`flow.try\`, at most once. Its steps run when a step of the try has failed and nobody handled it.
Inside, \`error\` is \`{ code, message, step, ... }\`.

The output of its last step becomes the value of the try. When one of its own steps fails, the try fails with that error.
`,
  keywords: ['try', 'error', 'exception', 'rescue', 'handle'],
  config: z.strictObject({}),
  inside: 'flow.try',
  inputPorts: [],
  outputPorts: [],
  container: { kind: 'catch', variables: { error: errorVariable() } },
  output: anyJson,
  effects: 'pure',
  cacheable: false,
  examples: [{ title: 'Inside a try', with: {}, output: null }],
  execute: () => enterBody(),
})

function errorVariable() {
  return {
    type: 'object',
    description: 'What failed.',
    properties: {
      code: { type: 'string', description: 'The kind of error, such as step-timeout.' },
      message: { type: 'string', description: 'What happened.' },
      step: { type: 'string', description: 'The path of the step that failed.' },
      details: { description: 'Facts such as a status code.' },
    },
  }
}
