import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import { valueAt } from '#pipeline/value-path.ts'
import { anyJsonObject, defineStep } from './define-step.ts'

type Row = Record<string, JsonValue>
const rowsSchema = z.array(anyJsonObject)

export const dataJoin = defineStep({
  type: 'data.join',
  title: 'Join',
  summary:
    '{{ "Match " ~ left_field ~ " with " ~ (right_field or left_field) if left_field else "Match the rows of two lists" }}',
  icon: 'git-merge',
  category: 'data',
  docs: `
Brings the rows of two lists together where a field is equal. The output is a list of rows with the fields of both.

\`inner\` keeps rows that have a match; \`left\` keeps every row of the first list. A row with several matches appears once
for each. Where both have a field of the same name, the first list wins; **Prefix** keeps the other one beside it.
`,
  keywords: ['lookup', 'merge', 'combine', 'match', 'vlookup', 'enrich', 'sql'],
  config: z.strictObject({
    left: rowsSchema.meta({
      title: 'Rows',
      description: 'The list to add to.',
      control: 'expression',
      placeholder: '{{ orders.rows }}',
    }),
    right: rowsSchema.meta({
      title: 'Rows to match',
      description: 'The list to look up in.',
      control: 'expression',
      placeholder: '{{ customers.rows }}',
    }),
    left_field: z.string().meta({
      title: 'Field',
      description: 'The field of the first list.',
      control: 'text',
      placeholder: 'customer_id',
    }),
    right_field: z.string().optional().meta({
      title: 'Field to match',
      description: 'The field of the second list; the same name when empty.',
      control: 'text',
      placeholder: 'id',
    }),
    kind: z.enum(['inner', 'left']).default('inner').meta({
      title: 'Keep',
      description: 'Only rows with a match (inner), or every row of the first list (left).',
      control: 'select',
    }),
    prefix: z.string().default('').meta({
      title: 'Prefix',
      description: 'Put before the names of the fields from the second list.',
      control: 'text',
      placeholder: 'customer_',
      advanced: true,
    }),
  }),
  output: rowsSchema,
  effects: 'pure',
  examples: [
    {
      title: 'Look up names',
      with: { left: '{{ orders }}', right: '{{ people }}', left_field: 'person', right_field: 'id', prefix: 'person_' },
      scope: {
        orders: [
          { id: 1, person: 7 },
          { id: 2, person: 9 },
        ],
        people: [{ id: 7, name: 'Ada' }],
      },
      output: [{ id: 1, person: 7, person_id: 7, person_name: 'Ada' }],
    },
    {
      title: 'Keep rows without a match',
      with: {
        left: [{ city: 'Bern' }, { city: 'Rome' }],
        right: [{ city: 'Bern', size: 1 }],
        left_field: 'city',
        kind: 'left',
      },
      output: [{ city: 'Bern', size: 1 }, { city: 'Rome' }],
    },
  ],
  execute({ config }) {
    const rightField = config.right_field ?? config.left_field
    const matches = Map.groupBy(config.right, (row) => keyOf(valueAt(row, rightField)))
    const rows: Row[] = []
    for (const row of config.left) {
      const key = keyOf(valueAt(row, config.left_field))
      const found = key === null ? undefined : matches.get(key)
      if (!found) {
        if (config.kind === 'left') rows.push(row)
        continue
      }
      for (const match of found) {
        const renamed = Object.entries(match).map(([name, value]) => [`${config.prefix}${name}`, value])
        rows.push({ ...(Object.fromEntries(renamed) as Row), ...row })
      }
    }
    return rows
  },
})

/** Numbers and their texts match, because one side often comes from a form or a CSV; missing values match nothing. */
function keyOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
