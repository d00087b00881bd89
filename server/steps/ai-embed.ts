import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
import { readItemText, toText } from '#pipeline/item-text.ts'
import { anyJson, defineStep } from './define-step.ts'

const sliceSize = 256
/** Not looked into number by number: ten thousand vectors are five million of them. */
const vector = z.custom<number[]>(Array.isArray).meta({ type: 'array', items: { type: 'number' } })

export const aiEmbed = defineStep({
  type: 'ai.embed',
  title: 'Embed',
  summary: 'Turn {{ "each " ~ field if field else "texts" }} into vectors',
  icon: 'waypoints',
  category: 'ai',
  docs: `
Turns texts into vectors of 512 numbers whose closeness says how alike their meanings are. Runs on a model that comes
with the product: no key, no network, no cost, and the same text always gives the same vector.

Give a single \`text\`, or \`items\` with the \`field\` that holds the text. The output has \`vectors\`, one per text and in
the same order. A long text is read in pieces and averaged; a blank one gives zeros. The model was made for English.
`,
  keywords: ['embedding', 'vector', 'similarity', 'semantic', 'meaning', 'local'],
  config: z.strictObject({
    text: anyJson.optional().meta({
      title: 'Text',
      description: 'One text to embed.',
      control: 'template',
      placeholder: '{{ item.text }}',
    }),
    items: z.array(anyJson).optional().meta({
      title: 'Items',
      description: 'A list to embed instead, one vector per item.',
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
    vectors: z.array(vector),
    dimensions: z.int(),
    count: z.int(),
  }),
  effects: 'pure',
  examples: [
    {
      title: 'One text',
      with: { text: 'The delivery is late' },
      output: { count: 1, dimensions: 512 },
    },
    {
      title: 'A column of a table',
      with: { items: '{{ rows }}', field: 'title' },
      scope: { rows: [{ title: 'Apples' }, { title: 'Pears' }] },
      output: { count: 2, dimensions: 512 },
    },
  ],
  async execute({ config, models, emit, signal }) {
    if (config.items === undefined && config.text === undefined) {
      throw new OrchestratorError('invalid-config', 'There is nothing to embed: set Text or Items', {
        field: 'with.text',
        retryable: false,
      })
    }
    const texts = config.items?.map((item) => readItemText(item, config.field)) ?? [toText(config.text)]
    const vectors: number[][] = []
    for (let start = 0; start < texts.length; start += sliceSize) {
      vectors.push(...(await models.embed(texts.slice(start, start + sliceSize), { signal })))
      if (config.items) emit({ kind: 'progress', done: vectors.length, total: texts.length })
    }
    return { vectors, dimensions: vectors[0]?.length ?? 512, count: vectors.length }
  },
})
