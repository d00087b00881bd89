import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
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

Its value is \`{ items, errors, failed, count }\`, \`items\` in the order of the list. Each entry is the output of the last
step inside, or what **Result** says. An item that fails does not stop the others: its entry is \`null\`, and \`errors\` says
what happened; the step itself fails only when every item did. **Items that fail** says otherwise.

Connect the \`stream\` port of a step such as \`data.csv\` and leave **Items** empty: the work begins with the first row that
is read, and never holds more rows than it works on.
`,
  keywords: ['loop', 'each', 'for', 'iterate', 'parallel', 'batch', 'fan out', 'stream'],
  config: z.strictObject({
    items: z.array(anyJson).optional().meta({
      title: 'Items',
      description: 'The list to go through; empty when a stream is connected.',
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
    batch_size: z.int().min(2).max(100_000).optional().meta({
      title: 'Items together',
      description: 'The steps inside get a list of up to this many items as `item`, instead of one item.',
      control: 'number',
      advanced: true,
    }),
    item_errors: z.enum(['collect', 'drop', 'fail']).default('collect').meta({
      title: 'Items that fail',
      description:
        'collect: listed, with null as result. drop: left out of the results. fail: the first one ends the step.',
      control: 'select',
      advanced: true,
    }),
    stop_when: anyJson.optional().meta({
      title: 'Stop when',
      description: 'Asked after each item with its `result`: once it holds, no more items are begun.',
      control: 'condition',
      placeholder: 'result.score > 0.9',
      names: ['result'],
      advanced: true,
    }),
    keep_results: z.boolean().default(true).meta({
      title: 'Keep the results',
      description: 'When off, items are only counted: for long lists that are worked on for their effects.',
      control: 'toggle',
      advanced: true,
    }),
  }),
  lazy: ['result', 'stop_when'],
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
    count: z.int().optional(),
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
    {
      title: 'Two at once',
      with: { items: [1, 2, 3], batch_size: 2, result: '{{ item | sum }}' },
      output: { items: [3, 3] },
    },
    {
      title: 'Until one is found',
      with: { items: [4, 7, 9, 2], concurrency: 1, result: '{{ item * 10 }}', stop_when: 'result > 60' },
      output: { items: [40, 70] },
    },
    { title: 'An empty list', with: { items: [] }, output: { items: [] } },
  ],
  execute({ config, inputs }) {
    const { concurrency, item_errors, keep_results } = config
    const options = {
      concurrency,
      itemErrors: item_errors,
      keep: keep_results,
      ...(config.batch_size === undefined ? {} : { batch: config.batch_size }),
    }
    if (config.items !== undefined) return expandItems(config.items, options)
    if (inputs.some(({ port }) => port === 'stream')) return expandItems('stream', options)
    throw new OrchestratorError('invalid-config', 'There are no items to go through.', {
      field: 'with.items',
      fix: 'Give a list, or connect the stream port of a step.',
      retryable: false,
    })
  },
  afterItem: ({ config, evaluateCondition }, { output, failed }) => ({
    stop: config.stop_when !== undefined && !failed && evaluateCondition(config.stop_when, { result: output }),
  }),
})
