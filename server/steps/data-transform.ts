import { z } from 'zod'
import { durationSchema, durationToMs } from '#pipeline/document.ts'
import { anyJson, defineStep } from './define-step.ts'

export const dataTransform = defineStep({
  type: 'data.transform',
  title: 'Transform',
  summary: '{{ code | trim | truncate(60) if code else "JavaScript over a value" }}',
  icon: 'braces',
  category: 'data',
  docs: `
Runs JavaScript over a value. The code is the body of a function that sees \`input\`, and the output is what it returns.

It runs in a sandbox: no network, no files, no timers and no promises, within a time and a memory limit. Lines written with
\`console.log\` appear in the run's log. An error is shown with its line.
`,
  keywords: ['javascript', 'js', 'code', 'script', 'function', 'map', 'reshape', 'compute'],
  config: z.strictObject({
    input: anyJson.optional().meta({
      title: 'Input',
      description: 'What the code sees as input.',
      control: 'expression',
      placeholder: '{{ load.rows }}',
    }),
    code: z.string().meta({
      title: 'Code',
      description: 'JavaScript that returns the output.',
      control: 'code',
      placeholder: 'return input.map((row) => row.name)',
    }),
    time_limit: durationSchema.default('5s').meta({
      title: 'Time limit',
      description: 'The code is stopped when it takes longer.',
      control: 'duration',
      advanced: true,
    }),
    memory_limit: z.int().min(4).max(1024).default(128).meta({
      title: 'Memory limit',
      description: 'In megabytes.',
      control: 'number',
      advanced: true,
    }),
  }),
  lazy: ['code'],
  output: anyJson,
  effects: 'pure',
  examples: [
    {
      title: 'Reshape rows',
      with: {
        input: '{{ rows }}',
        code: 'return input.map((row) => ({ name: row.first + " " + row.last, adult: row.age >= 18 }))',
      },
      scope: { rows: [{ first: 'Ada', last: 'Lovelace', age: 36 }] },
      output: [{ name: 'Ada Lovelace', adult: true }],
    },
    {
      title: 'Sum a column',
      with: {
        input: '{{ prices }}',
        code: 'let sum = 0\nfor (const price of input) sum += price\nreturn { sum, mean: sum / input.length }',
      },
      scope: { prices: [1, 2, 6] },
      output: { sum: 9, mean: 3 },
    },
    {
      title: 'Code may hold braces of its own',
      with: { input: 2, code: 'return { a: { b: input }}' },
      output: { a: { b: 2 } },
    },
  ],
  execute({ config, code, signal, log }) {
    const limits = { timeoutMs: durationToMs(config.time_limit), memoryMb: config.memory_limit }
    return code.run(config.code, config.input ?? null, limits, { signal, onLog: log })
  },
})
