import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { valueAt } from '#pipeline/value-path.ts'
import { anyJson, anyJsonObject, defineStep } from './define-step.ts'

const operations = ['count', 'sum', 'avg', 'min', 'max', 'median', 'distinct', 'first', 'last', 'collect'] as const
type Operation = (typeof operations)[number]

const measureSchema = z.strictObject({
  op: z.enum(operations).meta({ title: 'Measure', description: 'What to compute.', control: 'select' }),
  field: z.string().optional().meta({
    title: 'Field',
    description: 'Of which field; the whole item when empty. Not needed for count.',
    control: 'text',
    placeholder: 'price',
  }),
  name: z.string().min(1).optional().meta({
    title: 'Name',
    description: 'What to call it in the output; made of measure and field when empty.',
    control: 'text',
    placeholder: 'total',
  }),
})

export const dataAggregate = defineStep({
  type: 'data.aggregate',
  title: 'Aggregate',
  summary:
    '{% for measure in measures %}{{ measure.op }}{{ " of " ~ measure.field if measure.field }}{{ ", " if not loop.last }}{% endfor %}{% if group_by %} by {{ group_by if group_by is string else group_by | join(", ") }}{% endif %}',
  icon: 'sigma',
  category: 'data',
  docs: `
Groups items and computes measures of each group. The output is a list with one row per group, in the order in which the
groups first appear; without **Group by** it has one row for everything.

Measures: \`count\`, \`sum\`, \`avg\`, \`min\`, \`max\`, \`median\`, \`distinct\` (how many different values), \`first\`,
\`last\` and \`collect\` (all values as a list). Missing values are left out. Nested fields are written \`address.city\`
and called \`address_city\` in the output.
`,
  keywords: ['group', 'sum', 'count', 'average', 'mean', 'median', 'pivot', 'statistics', 'total', 'summarise'],
  config: z.strictObject({
    items: z.array(anyJson).meta({
      title: 'Items',
      description: 'The list to summarise.',
      control: 'expression',
      placeholder: '{{ load.rows }}',
    }),
    group_by: z
      .union([z.string().transform((field) => [field]), z.array(z.string())])
      .default([])
      .meta({
        title: 'Group by',
        description: 'Items with the same values of these fields form a group.',
        control: 'list',
        placeholder: 'city',
      }),
    measures: z
      .array(measureSchema)
      .min(1)
      .default([{ op: 'count' }])
      .meta({ title: 'Measures', description: 'What to compute of each group.', control: 'list' }),
  }),
  output: z.array(anyJsonObject),
  effects: 'pure',
  examples: [
    {
      title: 'Several measures by group',
      with: {
        items: '{{ sales }}',
        group_by: ['city'],
        measures: [{ op: 'count' }, { op: 'sum', field: 'price', name: 'revenue' }, { op: 'median', field: 'price' }],
      },
      scope: {
        sales: [
          { city: 'Bern', price: 10 },
          { city: 'Basel', price: 4 },
          { city: 'Bern', price: 20 },
        ],
      },
      output: [
        { city: 'Bern', count: 2, revenue: 30, median_price: 15 },
        { city: 'Basel', count: 1, revenue: 4, median_price: 4 },
      ],
    },
    {
      title: 'Everything at once',
      with: {
        items: [3, 1, 2],
        measures: [
          { op: 'max', name: 'largest' },
          { op: 'collect', name: 'all' },
        ],
      },
      output: [{ largest: 3, all: [3, 1, 2] }],
    },
  ],
  execute({ config: { items, group_by, measures } }) {
    const groups = new Map<string, { keys: JsonValue[]; items: JsonValue[] }>()
    if (group_by.length === 0) groups.set('', { keys: [], items })
    else {
      for (const item of items) {
        const keys = group_by.map((field) => (valueAt(item, field) ?? null) as JsonValue)
        const key = JSON.stringify(keys)
        const group = groups.get(key)
        if (group) group.items.push(item)
        else groups.set(key, { keys, items: [item] })
      }
    }
    return [...groups.values()].map((group) =>
      Object.fromEntries([
        ...group_by.map((field, index) => [columnName(field), group.keys[index] ?? null] as const),
        ...measures.map((measure) => [nameOf(measure), compute(measure.op, group.items, measure.field ?? '')] as const),
      ]),
    )
  },
})

const columnName = (field: string) => field.replaceAll('.', '_')

function nameOf({ op, field, name }: z.infer<typeof measureSchema>): string {
  return name ?? (field ? `${op}_${columnName(field)}` : op)
}

function compute(op: Operation, items: JsonValue[], field: string): JsonValue {
  if (op === 'count' && field === '') return items.length
  const values = items
    .map((item) => valueAt(item, field) as JsonValue | undefined)
    .filter((value): value is JsonValue => value !== null && value !== undefined && value !== '')
  switch (op) {
    case 'count':
      return values.length
    case 'distinct':
      return new Set(values.map((value) => JSON.stringify(value))).size
    case 'collect':
      return values
    case 'first':
      return values[0] ?? null
    case 'last':
      return values.at(-1) ?? null
    case 'min':
      return extreme(values, field, (left, right) => left < right)
    case 'max':
      return extreme(values, field, (left, right) => left > right)
    case 'sum':
      return sum(numbers(op, values, field))
    case 'avg':
      return values.length === 0 ? null : sum(numbers(op, values, field)) / values.length
    case 'median':
      return median(numbers(op, values, field))
  }
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

function median(values: number[]): number | null {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  const lower = sorted[middle - 1]
  if (upper === undefined) return null
  return sorted.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2
}

function numbers(op: Operation, values: JsonValue[], field: string): number[] {
  return values.map((value) => {
    if (typeof value === 'number') return value
    throw wrongType(`${op} needs numbers, but ${field === '' ? 'an item' : `"${field}"`} is ${show(value)}.`)
  })
}

function extreme(
  values: JsonValue[],
  field: string,
  better: (left: string | number, right: string | number) => boolean,
): JsonValue {
  let best: string | number | null = null
  for (const value of values) {
    if ((typeof value !== 'number' && typeof value !== 'string') || (best !== null && typeof best !== typeof value)) {
      const name = field === '' ? 'an item' : `"${field}"`
      throw wrongType(`min and max need all numbers or all texts, but ${name} is also ${show(value)}.`)
    }
    if (best === null || better(value, best)) best = value
  }
  return best
}

const show = (value: JsonValue) => JSON.stringify(value).slice(0, 60)

const wrongType = (message: string) =>
  new OrchestratorError('step-failed', message, { fix: 'Filter or transform the items first.', retryable: false })
