import { z } from 'zod'
import { valueAt } from '#pipeline/value-path.ts'
import { anyJson, defineStep } from './define-step.ts'

const keySchema = z.strictObject({
  field: z.string().default('').meta({
    title: 'Field',
    description: 'What to sort by; the whole item when empty.',
    control: 'text',
    placeholder: 'score',
  }),
  order: z.enum(['ascending', 'descending']).default('ascending').meta({
    title: 'Order',
    description: 'Smallest or largest first.',
    control: 'select',
  }),
})

export const dataSort = defineStep({
  type: 'data.sort',
  title: 'Sort',
  summary:
    'Sort by {{ (by | map(attribute="field") | select | join(", ")) or "value" }}{% if by[0].order == "descending" %}, largest first{% endif %}{% if limit %}, keep {{ limit }}{% endif %}',
  icon: 'arrow-down-wide-narrow',
  category: 'data',
  docs: `
Sorts a list, and keeps the first few when asked. The output is the sorted list.

Numbers sort by size, texts as people do (\`file2\` before \`file10\`), missing values come last either way. Items that
are equal keep their order.
`,
  keywords: ['order', 'rank', 'top', 'limit', 'first', 'largest', 'smallest', 'best'],
  config: z.strictObject({
    items: z.array(anyJson).meta({
      title: 'Items',
      description: 'The list to sort.',
      control: 'expression',
      placeholder: '{{ load.rows }}',
    }),
    by: z
      .array(keySchema)
      .min(1)
      .default([{ field: '', order: 'ascending' }])
      .meta({
        title: 'By',
        description: 'The first field counts most; the next decides where it is equal.',
        control: 'list',
      }),
    limit: z.int().min(0).optional().meta({
      title: 'Keep the first',
      description: 'How many items to keep; all of them when empty.',
      control: 'number',
    }),
  }),
  output: z.array(anyJson),
  effects: 'pure',
  examples: [
    {
      title: 'The two best',
      with: { items: '{{ rows }}', by: [{ field: 'score', order: 'descending' }], limit: 2 },
      scope: { rows: [{ score: 2 }, { score: null }, { score: 10 }, { score: 5 }] },
      output: [{ score: 10 }, { score: 5 }],
    },
    { title: 'Plain values', with: { items: ['file10', 'file2', 'File1'] }, output: ['File1', 'file2', 'file10'] },
  ],
  execute({ config: { items, by, limit } }) {
    const collator = new Intl.Collator('en', { numeric: true })
    const sorted = items.toSorted((left, right) => {
      for (const { field, order } of by) {
        const difference = compare(
          valueAt(left, field),
          valueAt(right, field),
          order === 'ascending' ? 1 : -1,
          collator,
        )
        if (difference !== 0) return difference
      }
      return 0
    })
    return limit === undefined ? sorted : sorted.slice(0, limit)
  },
})

function compare(left: unknown, right: unknown, direction: 1 | -1, collator: Intl.Collator): number {
  const missingLeft = left === null || left === undefined
  const missingRight = right === null || right === undefined
  if (missingLeft || missingRight) return Number(missingLeft) - Number(missingRight)
  if (typeof left === 'number' && typeof right === 'number') return (left - right) * direction
  if (typeof left === 'boolean' && typeof right === 'boolean') return (Number(left) - Number(right)) * direction
  // Different kinds do not mix: numbers before texts before all else.
  const rank = (value: unknown) => (typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : 2)
  if (rank(left) !== rank(right)) return (rank(left) - rank(right)) * direction
  const text = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
  return collator.compare(text(left), text(right)) * direction
}
