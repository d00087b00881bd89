import { z } from 'zod'
import { anyJson, defineStep } from './define-step.ts'

export const dataFilter = defineStep({
  type: 'data.filter',
  title: 'Filter',
  summary: '{{ "Keep items where " ~ where if where else "Keep items by a condition" }}',
  icon: 'funnel',
  category: 'data',
  docs: `
Keeps the items of a list for which a condition holds. The output is the shorter list.

The condition sees each item as \`item\` and its number as \`index\`, from 0, beside everything else in scope:
\`item.score > 0.5\`, \`item.city in inputs.cities\`, \`index < 10\`. Braces around it are optional.
`,
  keywords: ['where', 'select', 'keep', 'remove', 'reject', 'condition', 'rows'],
  config: z.strictObject({
    items: z.array(anyJson).meta({
      title: 'Items',
      description: 'The list to filter.',
      control: 'expression',
      placeholder: '{{ load.rows }}',
    }),
    where: anyJson.meta({
      title: 'Where',
      description: 'Items are kept when this holds.',
      control: 'condition',
      placeholder: 'item.score > 0.5',
    }),
  }),
  lazy: ['where'],
  output: z.array(anyJson),
  effects: 'pure',
  examples: [
    {
      title: 'Rows above a limit',
      with: { items: '{{ rows }}', where: 'item.score > 0.5' },
      scope: { rows: [{ score: 0.2 }, { score: 0.9 }] },
      output: [{ score: 0.9 }],
    },
    {
      title: 'By position and other values',
      with: { items: '{{ names }}', where: '{{ index > 0 and item not in known }}' },
      scope: { names: ['Ada', 'Alan', 'Grace'], known: ['Alan'] },
      output: ['Grace'],
    },
  ],
  async execute({ config, evaluateCondition, signal }) {
    const kept: typeof config.items = []
    for (const [index, item] of config.items.entries()) {
      if (index % 500 === 499) {
        // A long list must not hold up every other run of this process.
        await new Promise((resolve) => setImmediate(resolve))
        signal.throwIfAborted()
      }
      if (evaluateCondition(config.where, { item, index })) kept.push(item)
    }
    return kept
  },
})
