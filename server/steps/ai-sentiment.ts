import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
import { addToItem, readItemText, toText } from '#pipeline/item-text.ts'
import { anyJson, defineStep } from './define-step.ts'

const sentiments = ['positive', 'neutral', 'negative'] as const

export const aiSentiment = defineStep({
  type: 'ai.sentiment',
  title: 'Sentiment',
  summary: 'Tell praise from complaint in {{ "each " ~ field if field else "the text" }}',
  icon: 'face-slightly-smiling',
  category: 'ai',
  docs: `
Says whether a text is positive, neutral or negative. Goes by words and how they are used ("not good", "VERY good!!"),
with VADER, which comes with the product: no key, no network, no cost, thousands of texts a second. English only.

With \`text\` the output has \`label\` and \`score\`, from -1 (negative) to 1 (positive). With \`items\` it has \`items\`, each with
its own fields and \`label\` and \`score\` (fields of those names are replaced), \`counts\` per label and the \`average\` score.
`,
  keywords: ['mood', 'tone', 'opinion', 'positive', 'negative', 'feedback', 'review', 'vader', 'local'],
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
  }),
  output: z.object({
    label: z.enum(sentiments).optional(),
    score: z.number().optional(),
    items: z.array(z.looseObject({ label: z.enum(sentiments), score: z.number() })).optional(),
    counts: z.object({ positive: z.int(), neutral: z.int(), negative: z.int() }).optional(),
    average: z.number().optional(),
  }),
  effects: 'pure',
  examples: [
    { title: 'Praise', with: { text: 'I love it, wonderful work!' }, output: { label: 'positive' } },
    { title: 'A plain fact', with: { text: 'The meeting is on Monday.' }, output: { label: 'neutral', score: 0 } },
    {
      title: 'A column of a table',
      with: { items: '{{ rows }}', field: 'text' },
      scope: { rows: [{ text: 'Terrible, I hate it' }, { text: 'Good value, I like it' }] },
      output: {
        items: [{ label: 'negative' }, { label: 'positive' }],
        counts: { positive: 1, neutral: 0, negative: 1 },
      },
    },
  ],
  async execute({ config, models, signal }) {
    const { items, field } = config
    if (items === undefined) {
      if (config.text === undefined) {
        throw new OrchestratorError('invalid-config', 'There is nothing to read: set Text or Items', {
          field: 'with.text',
          retryable: false,
        })
      }
      const [result] = await models.sentiment([toText(config.text)], { signal })
      return result ?? {}
    }
    const results = await models.sentiment(
      items.map((item) => readItemText(item, field)),
      { signal },
    )
    const counts = { positive: 0, neutral: 0, negative: 0 }
    for (const { label } of results) counts[label] += 1
    const total = results.reduce((sum, { score }) => sum + score, 0)
    return {
      items: results.map((result, index) => addToItem(items[index], result)),
      counts,
      average: results.length === 0 ? 0 : Math.round((total / results.length) * 1e4) / 1e4,
    }
  },
})
