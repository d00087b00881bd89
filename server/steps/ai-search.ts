import { z } from 'zod'
import { addToItem, readItemText, toText } from '#pipeline/item-text.ts'
import { anyJson, defineStep } from './define-step.ts'

const sliceSize = 256
const similarity = (left: number[], right: number[]) =>
  left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0)

export const aiSearch = defineStep({
  type: 'ai.search',
  title: 'Search by meaning',
  summary: 'Find {{ limit | default(5) }} items about {{ query | truncate(60) }}',
  icon: 'text-search',
  category: 'ai',
  docs: `
Finds the items of a list whose meaning is closest to a query, even where they share no word with it. Runs on a model
that comes with the product: no key, no network, no cost.

The output has \`items\`: the found ones, best first, each with its own fields and a \`score\` (1 is the same meaning, 0 is
none in common; a field \`score\` of the item is replaced), and \`best\`, the first of them or null. The model was made for English.
`,
  keywords: ['semantic', 'similar', 'find', 'retrieve', 'rag', 'nearest', 'rank', 'vector', 'local'],
  config: z.strictObject({
    items: z.array(anyJson).meta({
      title: 'Items',
      description: 'The list to search.',
      control: 'expression',
      placeholder: '{{ load.rows }}',
    }),
    field: z.string().optional().meta({
      title: 'Field',
      description: 'The field of each item that holds its text; all text fields when empty.',
      control: 'text',
      placeholder: 'text',
    }),
    query: anyJson.meta({
      title: 'Query',
      description: 'What to look for, in your own words.',
      control: 'template',
      placeholder: 'complaints about delivery',
    }),
    limit: z.int().min(1).max(10_000).default(5).meta({
      title: 'Limit',
      description: 'At most this many items.',
      control: 'number',
    }),
    minimum: z.number().min(-1).max(1).optional().meta({
      title: 'Minimum score',
      description: 'Leave out items below this score.',
      control: 'number',
      placeholder: '0.3',
      advanced: true,
    }),
  }),
  output: z.object({
    items: z.array(z.looseObject({ score: z.number() })),
    best: z.looseObject({ score: z.number() }).nullable(),
  }),
  effects: 'pure',
  examples: [
    {
      title: 'The closest message',
      with: { items: '{{ messages }}', query: 'delivery problems', limit: 1 },
      scope: {
        messages: ['My parcel never arrived', 'How do I change my password?', 'I would like a dark theme'],
      },
      output: { best: { text: 'My parcel never arrived' } },
    },
    {
      title: 'Rows of a table, by one column',
      with: { items: '{{ films }}', field: 'plot', query: 'a journey through space', limit: 2 },
      scope: {
        films: [
          { title: 'Kitchen', plot: 'A cook opens a restaurant in Paris.' },
          { title: 'Orbit', plot: 'Astronauts travel to a distant planet.' },
          { title: 'Court', plot: 'A lawyer defends an innocent man.' },
        ],
      },
      output: { best: { title: 'Orbit' } },
    },
  ],
  async execute({ config, models, emit, signal }) {
    const texts = config.items.map((item) => readItemText(item, config.field))
    const [wanted = []] = await models.embed([toText(config.query)], { signal })
    const scores: number[] = []
    for (let start = 0; start < texts.length; start += sliceSize) {
      const vectors = await models.embed(texts.slice(start, start + sliceSize), { signal })
      for (const vector of vectors) scores.push(Math.round(similarity(vector, wanted) * 1e4) / 1e4)
      emit({ kind: 'progress', done: scores.length, total: texts.length })
    }
    const items = config.items
      .map((item, index) => addToItem(item, { score: scores[index] ?? 0 }))
      .filter((item) => config.minimum === undefined || item.score >= config.minimum)
      .sort((left, right) => right.score - left.score)
      .slice(0, config.limit)
    return { items, best: items[0] ?? null }
  },
})
