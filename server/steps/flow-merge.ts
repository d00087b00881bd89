import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import { anyJson, defineStep } from './define-step.ts'

export const flowMerge = defineStep({
  type: 'flow.merge',
  title: 'Merge',
  summary: 'Whichever way was taken',
  icon: 'merge',
  category: 'flow',
  docs: `
Brings branches together again. It runs once every edge into it is settled, when at least one was taken; other steps need
all of theirs.

Its value is what came over the edge that was taken, or the list of the values when several were.
`,
  keywords: ['join', 'combine', 'any', 'branch', 'collect', 'coalesce'],
  config: z.strictObject({}),
  join: 'merge',
  output: anyJson,
  effects: 'pure',
  examples: [{ title: 'No edge yet', with: {}, output: null }],
  execute({ inputs }) {
    const values = inputs.map(({ value }) => (value ?? null) as JsonValue)
    return values.length > 1 ? values : (values[0] ?? null)
  },
})
