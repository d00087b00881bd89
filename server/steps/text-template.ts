import { z } from 'zod'
import { anyJson, defineStep } from './define-step.ts'

export const textTemplate = defineStep({
  type: 'text.template',
  title: 'Text',
  summary: '{{ template | string | truncate(80) if template else "Write a text" }}',
  icon: 'text-quote',
  category: 'text',
  docs: `
Writes a text with values in it. The output is the text itself.

Everything of the expression language works: \`{{ load.rows | length }}\`, filters, \`{% if %}\` and \`{% for %}\`. Lists
and objects are written as JSON.
`,
  keywords: ['string', 'compose', 'format', 'message', 'prompt', 'report', 'jinja', 'markdown'],
  config: z.strictObject({
    template: anyJson.meta({
      title: 'Text',
      description: 'May hold expressions.',
      control: 'template',
      placeholder: 'Hello {{ inputs.name }}',
    }),
  }),
  output: z.string(),
  effects: 'pure',
  examples: [
    {
      title: 'A greeting',
      with: { template: 'Hello {{ name }}, you have {{ messages | length }} messages.' },
      scope: { name: 'Ada', messages: [1, 2, 3] },
      output: 'Hello Ada, you have 3 messages.',
    },
    {
      title: 'A list with a loop',
      with: { template: '{% for row in rows %}- {{ row.title }}\n{% endfor %}' },
      scope: { rows: [{ title: 'One' }, { title: 'Two' }] },
      output: '- One\n- Two\n',
    },
    {
      title: 'A value that is not text becomes JSON',
      with: { template: '{{ row }}' },
      scope: { row: { a: 1 } },
      output: '{\n  "a": 1\n}',
    },
  ],
  execute({ config: { template } }) {
    if (typeof template === 'string') return template
    return template === null ? '' : JSON.stringify(template, null, 2)
  },
})
