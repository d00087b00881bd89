import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import { anyJson, defineStep } from './define-step.ts'

export const flowMerge = defineStep({
  type: 'flow.merge',
  title: 'Merge',
  summary:
    '{{ { "any": "Whichever way was taken", "all": "Once all ways were taken", "first": "Once one way was taken", "race": "The first way to arrive, the others end", "count": "Once " ~ (count or "some") ~ " ways were taken" }[mode] }}',
  icon: 'merge',
  category: 'flow',
  docs: `
Brings ways together again; other steps need all of their edges, this one chooses.

| mode | it runs | else |
|---|---|---|
| \`any\` | once every edge is settled, when at least one was taken | skipped |
| \`all\` | once every edge was taken | skipped |
| \`first\` | as soon as one edge is taken; the others go on | skipped when none was |
| \`race\` | as soon as one edge is taken; steps that lead only here are ended | skipped when none was |
| \`count\` | as soon as that many edges are taken | skipped once that is impossible |

Its value is what came over the edge that was taken, or the list of the values when several were.
`,
  keywords: ['join', 'combine', 'any', 'all', 'first', 'race', 'branch', 'collect', 'coalesce', 'quorum'],
  config: z.strictObject({
    mode: z.enum(['any', 'all', 'first', 'race', 'count']).default('any').meta({
      title: 'Goes on',
      description: 'What it waits for.',
      control: 'select',
      fixed: true,
    }),
    count: z.int().min(1).optional().meta({
      title: 'How many',
      description: 'With the mode count: how many edges must be taken.',
      control: 'number',
      fixed: true,
    }),
  }),
  join: 'merge',
  output: anyJson,
  effects: 'pure',
  examples: [{ title: 'No edge yet', with: {}, output: null }],
  execute({ inputs }) {
    const values = inputs.map(({ value }) => (value ?? null) as JsonValue)
    return values.length > 1 ? values : (values[0] ?? null)
  },
})
