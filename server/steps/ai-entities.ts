import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
import { addToItem, readItemText, toText } from '#pipeline/item-text.ts'
import { anyJson, defineStep } from './define-step.ts'

const types = [
  'name',
  'date',
  'time',
  'duration',
  'money',
  'percent',
  'cardinal',
  'ordinal',
  'email',
  'url',
  'hashtag',
  'mention',
  'emoji',
  'emoticon',
] as const

const entity = z.object({ value: z.string(), type: z.string(), start: z.int(), end: z.int() })

export const aiEntities = defineStep({
  type: 'ai.entities',
  title: 'Find entities',
  summary: 'Find {{ types | join(", ") if types else "names, dates, amounts ..." }}',
  icon: 'scan-search',
  category: 'ai',
  docs: `
Finds what is named in a text: names, dates, times, durations, amounts of money, percentages, numbers, e-mail and web
addresses, hashtags, mentions, emoji. Runs on a model that comes with the product: no key, no network, no cost. English only.

A \`name\` is a run of capitalised proper nouns; the model does not tell people, places and companies apart.

With \`text\` the output has \`entities\`, each with \`value\`, \`type\` and the offsets \`start\` and \`end\`, and \`values\`: the
different values by type. With \`items\` it has \`items\`, each with its own fields and \`entities\` (a field of that name is replaced).
`,
  keywords: ['ner', 'extract', 'names', 'people', 'dates', 'money', 'email', 'mentions', 'local'],
  config: z.strictObject({
    text: anyJson.optional().meta({
      title: 'Text',
      description: 'One text to read.',
      control: 'template',
      placeholder: '{{ item.text }}',
    }),
    items: z.array(anyJson).optional().meta({
      title: 'Items',
      description: 'A list to read instead, each item by itself.',
      control: 'expression',
      placeholder: '{{ load.rows }}',
    }),
    field: z.string().optional().meta({
      title: 'Field',
      description: 'The field of each item that holds its text; all text fields when empty.',
      control: 'text',
      placeholder: 'text',
    }),
    types: z
      .array(z.enum(types))
      .optional()
      .meta({
        title: 'Types',
        description: `Only these; all when empty. One or more of ${types.join(', ')}.`,
        control: 'list',
        placeholder: 'email',
      }),
  }),
  output: z.object({
    entities: z.array(entity).optional(),
    values: z.record(z.string(), z.array(z.string())).optional(),
    items: z.array(z.looseObject({ entities: z.array(entity) })).optional(),
  }),
  effects: 'pure',
  examples: [
    {
      title: 'Everything in a sentence',
      with: { text: 'Marie Curie paid $1,200.50 on 3 May 2024.' },
      output: { values: { name: ['Marie Curie'], money: ['$1,200.50'], date: ['3 May 2024'] } },
    },
    {
      title: 'Addresses in a table',
      with: { items: '{{ rows }}', field: 'note', types: ['email'] },
      scope: { rows: [{ note: 'Write to bob@example.com or Ann' }, { note: 'nobody' }] },
      output: {
        items: [{ entities: [{ value: 'bob@example.com', type: 'email', start: 9, end: 24 }] }, { entities: [] }],
      },
    },
  ],
  async execute({ config, models, signal }) {
    const { items, field } = config
    if (items === undefined && config.text === undefined) {
      throw new OrchestratorError('invalid-config', 'There is nothing to read: set Text or Items', {
        field: 'with.text',
        retryable: false,
      })
    }
    const wanted = new Set<string>(config.types?.length ? config.types : types)
    const texts = items?.map((item) => readItemText(item, field)) ?? [toText(config.text)]
    const found = (await models.entities(texts, { signal })).map((list) => list.filter(({ type }) => wanted.has(type)))
    if (items) return { items: items.map((item, index) => addToItem(item, { entities: found[index] ?? [] })) }
    const entities = found[0] ?? []
    const values: Record<string, string[]> = {}
    for (const { type, value } of entities) {
      const known = (values[type] ??= [])
      if (!known.includes(value)) known.push(value)
    }
    return { entities, values }
  },
})
