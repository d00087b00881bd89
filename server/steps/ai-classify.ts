import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
import { addToItem, readItemText, toText } from '#pipeline/item-text.ts'
import { anyJson, defineStep, type LocalModelOptions, type StepModels } from './define-step.ts'

const sliceSize = 256
/** How many of a label's examples speak for it: one stray example decides nothing, and many do not outvote few. */
const nearest = 3
/** How sharply close scores are told apart when they are made to add up to 1. */
const temperature = 0.08
/** How much the mood of a text counts where the labels are moods (angry, happy ...), which vectors alone mix up. */
const moodWeight = 0.5
const moodThreshold = 0.05

interface Label {
  name: string
  anchors: number[][]
  /** From -1 to 1; null where the labels are not moods. */
  mood: number | null
}

const similarity = (left: number[], right: number[]) =>
  left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0)
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / (values.length || 1)
const round = (value: number) => Math.round(value * 1e4) / 1e4

type LabelSetting = string | { label: string; examples?: string[] | undefined }

async function prepareLabels(
  settings: LabelSetting[],
  models: StepModels,
  options: LocalModelOptions,
): Promise<Label[]> {
  const labels = settings.map((setting) =>
    typeof setting === 'string'
      ? { name: setting, examples: [] }
      : { name: setting.label, examples: setting.examples ?? [] },
  )
  const names = labels.map(({ name }) => name)
  const moods = (await models.sentiment(names, options)).map(({ score }) => score)
  const areMoods =
    labels.every(({ examples }) => examples.length === 0) &&
    moods.some((mood) => mood >= moodThreshold) &&
    moods.some((mood) => mood <= -moodThreshold)
  const texts = labels.map(({ name, examples }) => (examples.length > 0 ? examples : [name, `This is about ${name}.`]))
  const vectors = await models.embed(texts.flat(), options)
  let start = 0
  return labels.map(({ name }, index) => {
    const count = texts[index]?.length ?? 0
    const anchors = vectors.slice(start, start + count)
    start += count
    return { name, anchors, mood: areMoods ? (moods[index] ?? 0) : null }
  })
}

/** Scores that add up to 1, best first. */
function scoreLabels(
  labels: Label[],
  vector: number[],
  mood: number,
): { label: string; score: number; scores: Record<string, number> } {
  const raw = labels.map((label) => {
    const closest = label.anchors.map((anchor) => similarity(anchor, vector)).sort((left, right) => right - left)
    const moodScore = label.mood === null ? 0 : moodWeight * (1 - Math.abs(mood - label.mood))
    return mean(closest.slice(0, nearest)) + moodScore
  })
  const highest = Math.max(...raw)
  const powers = raw.map((value) => Math.exp((value - highest) / temperature))
  const total = powers.reduce((sum, value) => sum + value, 0)
  const ranked = labels
    .map(({ name }, index) => [name, round((powers[index] ?? 0) / total)] as const)
    .sort((left, right) => right[1] - left[1])
  const [label, score] = ranked[0] ?? ['', 0]
  return { label, score, scores: Object.fromEntries(ranked) }
}

export const aiClassify = defineStep({
  type: 'ai.classify',
  title: 'Classify',
  summary:
    'Sort into {{ labels | map(attribute="label") | join(", ") if labels and labels[0].label else labels | join(", ") }}',
  icon: 'tags',
  category: 'ai',
  docs: `
Gives each text the label it fits best. Runs on models that come with the product: no key, no network, no cost, and the
same text always gets the same label.

A label is a name (\`billing\`) or a name with a few \`examples\`; three to five real ones each make it much more
reliable. Labels that are moods (\`angry\`, \`neutral\`, \`happy\`) are also weighed by the tone of the text.

With \`text\` the output has \`label\`, its \`score\` (from 0 to 1) and \`scores\` of all labels. With \`items\` it has \`items\`,
each with its own fields and \`label\` and \`score\` (fields of those names are replaced), and \`counts\` per label. The models
were made for English.
`,
  keywords: ['label', 'category', 'categorise', 'categorize', 'sort', 'triage', 'intent', 'topic', 'route', 'local'],
  config: z.strictObject({
    text: anyJson.optional().meta({
      title: 'Text',
      description: 'One text to classify.',
      control: 'template',
      placeholder: '{{ item.text }}',
    }),
    items: z.array(anyJson).optional().meta({
      title: 'Items',
      description: 'A list to classify instead, each item by itself.',
      control: 'expression',
      placeholder: '{{ load.rows }}',
    }),
    field: z.string().optional().meta({
      title: 'Field',
      description: 'The field of each item that holds its text; all text fields when empty.',
      control: 'text',
      placeholder: 'text',
    }),
    labels: z
      .array(
        z.union([
          z.string().min(1),
          z.strictObject({
            label: z.string().min(1).meta({ title: 'Label', description: 'What it is called.', control: 'text' }),
            examples: z
              .array(z.string())
              .optional()
              .meta({ title: 'Examples', description: 'Texts that have this label.', control: 'list' }),
          }),
        ]),
      )
      .min(2)
      .meta({
        title: 'Labels',
        description: 'At least two, each with examples if you have some.',
        control: 'labels',
        placeholder: 'angry',
      }),
  }),
  output: z.object({
    label: z.string().optional(),
    score: z.number().optional(),
    scores: z.record(z.string(), z.number()).optional(),
    items: z.array(z.looseObject({ label: z.string(), score: z.number() })).optional(),
    counts: z.record(z.string(), z.int()).optional(),
  }),
  effects: 'pure',
  examples: [
    {
      title: 'The mood of a message',
      with: { text: 'You people are useless, I am furious', labels: ['angry', 'neutral', 'happy'] },
      output: { label: 'angry' },
    },
    {
      title: 'Topics by name',
      with: { text: 'I was charged twice this month', labels: ['billing', 'bug', 'feature request'] },
      output: { label: 'billing' },
    },
    {
      title: 'Labels with examples, over a table',
      with: {
        items: '{{ rows }}',
        field: 'text',
        labels: [
          { label: 'question', examples: ['How does it work?', 'Where can I find it?', 'What does it cost?'] },
          { label: 'praise', examples: ['Great work', 'I love it', 'Thank you so much'] },
        ],
      },
      scope: { rows: [{ text: 'When do you open?' }, { text: 'This is wonderful, thanks' }] },
      output: { items: [{ label: 'question' }, { label: 'praise' }], counts: { question: 1, praise: 1 } },
    },
  ],
  async execute({ config, models, emit, signal }) {
    const { items, field } = config
    if (items === undefined && config.text === undefined) {
      throw new OrchestratorError('invalid-config', 'There is nothing to classify: set Text or Items', {
        field: 'with.text',
        retryable: false,
      })
    }
    const labels = await prepareLabels(config.labels, models, { signal })
    const texts = items?.map((item) => readItemText(item, field)) ?? [toText(config.text)]
    const results: ReturnType<typeof scoreLabels>[] = []
    for (let start = 0; start < texts.length; start += sliceSize) {
      const slice = texts.slice(start, start + sliceSize)
      const [vectors, moods] = await Promise.all([
        models.embed(slice, { signal }),
        labels.some(({ mood }) => mood !== null) ? models.sentiment(slice, { signal }) : [],
      ])
      for (const [index, vector] of vectors.entries())
        results.push(scoreLabels(labels, vector, moods[index]?.score ?? 0))
      if (items) emit({ kind: 'progress', done: results.length, total: texts.length })
    }
    if (!items) return results[0] ?? {}
    const counts = Object.fromEntries(labels.map(({ name }) => [name, 0]))
    for (const { label } of results) counts[label] = (counts[label] ?? 0) + 1
    return {
      items: items.map((item, index) =>
        addToItem(item, { label: results[index]?.label ?? '', score: results[index]?.score ?? 0 }),
      ),
      counts,
    }
  },
})
