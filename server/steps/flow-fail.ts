import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
import { anyJson, defineStep } from './define-step.ts'

export const flowFail = defineStep({
  type: 'flow.fail',
  title: 'Fail',
  summary: '{{ "Fail: " ~ message if message else "Fail on purpose" }}',
  icon: 'octagon-x',
  category: 'flow',
  docs: `
Fails on purpose, with the code \`flow-failed\` and your message: for what the pipeline must not go on with. It fails like
any other step, so a \`flow.try\` around it catches it and a \`flow.map\` counts the item as failed.

It is never tried again.
`,
  keywords: ['error', 'throw', 'raise', 'abort', 'assert', 'exception'],
  config: z.strictObject({
    message: z.string().min(1).meta({
      title: 'Message',
      description: 'What is wrong, for the person who reads it.',
      control: 'template',
      placeholder: 'No price for {{ item.product }}',
    }),
    details: z.record(z.string(), anyJson).optional().meta({
      title: 'Details',
      description: 'Values that help to understand it; they are kept with the error.',
      control: 'key-value',
      placeholder: '{{ item }}',
      advanced: true,
    }),
  }),
  outputPorts: [],
  output: anyJson,
  effects: 'pure',
  cacheable: false,
  examples: [
    {
      title: 'A row without a price',
      with: { message: 'No price for {{ item.product }}', details: { row: '{{ item }}' } },
      scope: { item: { product: 'tea' } },
      error: 'flow-failed',
    },
  ],
  execute({ config }) {
    throw new OrchestratorError('flow-failed', config.message, {
      retryable: false,
      ...(config.details ? { details: config.details } : {}),
    })
  },
})
