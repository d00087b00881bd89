import { z } from 'zod'
import { anyJson, defineStep, expandItems } from './define-step.ts'

export const flowMap = defineStep({
  type: 'flow.map',
  title: 'For each',
  summary:
    '{{ "For each of " ~ items if items is string and items else "For each item of a list" }}, {{ concurrency }} at a time',
  icon: 'repeat',
  category: 'flow',
  docs: `
Runs the steps inside it once for each item of a list, several at a time. Inside, \`item\` is the current item and
\`index\` its number, from 0.

Its value is \`{ items: [...] }\` in the order of the list. Each entry is the output of the last step inside, or what
**Result** says. An item that fails does not stop the others: its entry is \`null\`, and \`errors\` says what happened;
the step itself fails only when every item did.
`,
  keywords: ['loop', 'each', 'for', 'iterate', 'parallel', 'batch', 'fan out'],
  config: z.strictObject({
    items: z.array(anyJson).meta({
      title: 'Items',
      description: 'The list to go through.',
      control: 'expression',
      placeholder: '{{ load.rows }}',
    }),
    concurrency: z.int().min(1).max(1000).default(8).meta({
      title: 'At a time',
      description: 'How many items are worked on at once.',
      control: 'number',
    }),
    result: anyJson.optional().meta({
      title: 'Result',
      description: 'What to keep of each item; the output of the last step inside when empty.',
      control: 'expression',
      placeholder: '{{ item.name }}: {{ mood.label }}',
      advanced: true,
    }),
  }),
  lazy: ['result'],
  container: {
    kind: 'map',
    variables: {
      item: { description: 'The current item.' },
      index: { type: 'integer', description: 'The number of the current item, from 0.' },
    },
  },
  output: z.looseObject({
    items: z.array(anyJson),
    errors: z.array(z.looseObject({ index: z.int(), step: z.string().optional(), message: z.string() })).optional(),
    failed: z.int().optional(),
  }),
  effects: 'pure',
  cacheable: false,
  examples: [
    {
      title: 'A line for each item',
      with: { items: '{{ people }}', result: '{{ index + 1 }}. {{ item.name }}' },
      scope: { people: [{ name: 'Ada' }, { name: 'Grace' }] },
      output: { items: ['1. Ada', '2. Grace'] },
    },
    { title: 'An empty list', with: { items: [] }, output: { items: [] } },
  ],
  execute: ({ config }) => expandItems(config.items, { concurrency: config.concurrency }),
})
