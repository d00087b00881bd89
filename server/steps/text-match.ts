import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
import { defineStep } from './define-step.ts'

/** Runs in the code sandbox, where a pattern that backtracks forever is stopped. */
const matchCode = `
const matches = []
const pattern = new RegExp(input.pattern, input.flags)
for (const match of input.text.matchAll(pattern)) {
  matches.push({ text: match[0], index: match.index, groups: match.slice(1).map((group) => group ?? null), named: { ...match.groups } })
  if (matches.length >= input.limit) break
}
return matches
`

export const textMatch = defineStep({
  type: 'text.match',
  title: 'Find in text',
  summary: '{{ "Find " ~ (pattern | truncate(50)) if pattern else "Find a pattern" }}',
  icon: 'regex',
  category: 'text',
  docs: `
Finds what a regular expression describes. The output is \`{ found, matches, count }\`; each match has its \`text\`, its
\`index\` in the text, its \`groups\` and its \`named\` groups.

The pattern is JavaScript's, without slashes: \`(?<year>\\d{4})-(?<month>\\d{2})\`.
`,
  keywords: ['regex', 'regular expression', 'search', 'pattern', 'extract', 'capture'],
  config: z.strictObject({
    text: z.string().meta({
      title: 'Text',
      description: 'Where to look.',
      control: 'template',
      placeholder: '{{ page.text }}',
    }),
    pattern: z.string().min(1).meta({
      title: 'Pattern',
      description: 'A regular expression.',
      control: 'text',
      placeholder: '[\\w.+-]+@[\\w-]+\\.[\\w.]+',
    }),
    ignore_case: z.boolean().default(false).meta({
      title: 'Ignore case',
      description: 'Whether A and a are the same.',
      control: 'toggle',
    }),
    multiline: z.boolean().default(false).meta({
      title: 'By line',
      description: 'Whether ^ and $ stand for the ends of every line.',
      control: 'toggle',
      advanced: true,
    }),
    limit: z.int().min(1).max(100_000).default(10_000).meta({
      title: 'At most',
      description: 'How many matches to return.',
      control: 'number',
      advanced: true,
    }),
  }),
  lazy: ['pattern'],
  output: z.object({
    found: z.boolean().meta({ description: 'Whether there is at least one match.' }),
    matches: z.array(
      z.object({
        text: z.string(),
        index: z.int(),
        groups: z.array(z.string().nullable()),
        named: z.record(z.string(), z.string()),
      }),
    ),
    count: z.int(),
  }),
  effects: 'pure',
  examples: [
    {
      title: 'Named parts of a date',
      with: { text: 'Due 2026-11-23, paid 2026-12-01', pattern: '(?<year>\\d{4})-(?<month>\\d{2})' },
      output: {
        found: true,
        count: 2,
        matches: [
          { text: '2026-11', index: 4, groups: ['2026', '11'], named: { year: '2026', month: '11' } },
          { text: '2026-12', named: { month: '12' } },
        ],
      },
    },
    { title: 'Nothing found', with: { text: 'abc', pattern: 'x' }, output: { found: false, matches: [], count: 0 } },
  ],
  async execute({ config, code, signal }) {
    const { text, pattern, limit } = config
    const flags = `gu${config.ignore_case ? 'i' : ''}${config.multiline ? 'm' : ''}`
    try {
      const input = { text, pattern, flags, limit }
      const matches = (await code.run(matchCode, input, { timeoutMs: 5_000, memoryMb: 128 }, { signal })) as {
        text: string
        index: number
        groups: (string | null)[]
        named: Record<string, string>
      }[]
      return { found: matches.length > 0, matches, count: matches.length }
    } catch (cause) {
      if (!(cause instanceof OrchestratorError) || cause.code !== 'code-failed') throw cause
      const reason = cause.message.replace(/ \(line .*\)$/, '')
      throw new OrchestratorError('invalid-config', `"${pattern}" is not a regular expression: ${reason}.`, {
        field: 'with.pattern',
        cause,
        retryable: false,
      })
    }
  },
})
