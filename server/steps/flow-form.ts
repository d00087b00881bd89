import { z } from 'zod'
import { checkForm } from '#pipeline/check-form.ts'
import { durationSchema, durationToMs } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { type FormDetails, type FormField, formFieldTypes } from '#pipeline/wait-details.ts'
import { anyJson, anyJsonObject, defineStep, park } from './define-step.ts'

const fieldSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and _, not starting with a digit')
    .meta({ title: 'Name', description: 'Under which the answer is read.', control: 'text', placeholder: 'amount' }),
  label: z.string().optional().meta({
    title: 'Label',
    description: 'What people see; the name when empty.',
    control: 'text',
    placeholder: 'Amount in euros',
  }),
  type: z.enum(formFieldTypes).default('text').meta({
    title: 'Type',
    description: 'What can be filled in.',
    control: 'select',
  }),
  required: z.boolean().default(true).meta({
    title: 'Required',
    description: 'Whether it must be filled in.',
    control: 'toggle',
  }),
  default: anyJson.optional().meta({
    title: 'Default',
    description: 'Filled in beforehand.',
    control: 'expression',
    placeholder: '{{ item.amount }}',
  }),
  options: z.array(anyJson).optional().meta({
    title: 'Options',
    description: 'Of a choice: what to pick from.',
    control: 'list',
    placeholder: 'low, high',
  }),
  help: z.string().optional().meta({
    title: 'Help',
    description: 'A line below the field.',
    control: 'text',
  }),
})

export const flowForm = defineStep({
  type: 'flow.form',
  title: 'Ask for input',
  summary: '{{ "Ask: " ~ title if title else "Ask a person to fill in a form" }}',
  icon: 'clipboard-list',
  category: 'flow',
  docs: `
Asks a person to fill in a form, and waits for it without taking memory or a worker. Whoever may run the pipeline finds it
in the **Inbox**; its link can be sent to somebody without an account and works on a phone, once.

Each field has a type, and what is sent is checked against it: \`text\`, \`long-text\`, \`number\`, \`boolean\`, \`date\`
(\`2026-11-23\`) or \`choice\` with its **Options**. When nobody answers within the **Timeout**, the step fails, or goes on with
the defaults.

Its value is \`{ submitted, values, by, at }\`: \`{{ ask.values.amount }}\` is what was filled in as \`amount\`.
`,
  keywords: ['human', 'input', 'question', 'person', 'fields', 'survey', 'manual', 'data entry'],
  config: z.strictObject({
    title: z.string().min(1).max(300).meta({
      title: 'Title',
      description: 'What is asked, in a line.',
      control: 'template',
      placeholder: 'How much may we refund?',
    }),
    text: z.string().optional().meta({
      title: 'Text',
      description: 'What helps to answer. Markdown.',
      control: 'multiline',
    }),
    fields: z.array(fieldSchema).min(1).max(100).meta({
      title: 'Fields',
      description: 'What is to be filled in.',
      control: 'cases',
    }),
    timeout: durationSchema.optional().meta({
      title: 'Timeout',
      description: 'How long to wait for an answer; for ever when empty.',
      control: 'duration',
    }),
    on_timeout: z.enum(['fail', 'continue']).default('fail').meta({
      title: 'After the timeout',
      description: 'Fail with `wait-timeout`, or go on with the defaults.',
      control: 'select',
    }),
  }),
  output: z.object({
    submitted: z.boolean().meta({ description: 'False when nobody answered in time.' }),
    values: anyJsonObject.meta({ description: 'What was filled in, by the name of the field.' }),
    by: z.string().nullable().meta({ description: 'Who filled it in; null when nobody did.' }),
    at: z.string().meta({ description: 'When it was sent, `2026-12-24T09:00:00.000Z`.' }),
  }),
  effects: 'write',
  examples: [
    {
      title: 'An amount and a reason',
      with: {
        title: 'How much may we refund?',
        fields: [
          { name: 'amount', type: 'number', default: '{{ price }}' },
          { name: 'reason', type: 'choice', options: ['late', 'broken'], required: false },
        ],
      },
      scope: { price: 30 },
      answer: { kind: 'submitted', value: { amount: 12, reason: 'late' }, by: 'ada' },
      output: { submitted: true, values: { amount: 12, reason: 'late' }, by: 'ada' },
    },
    {
      title: 'Going on with the defaults',
      with: {
        title: 'Anything to add?',
        fields: [{ name: 'note', type: 'long-text', required: false }],
        timeout: '1d',
        on_timeout: 'continue',
      },
      answer: { kind: 'timed-out' },
      output: { submitted: false, values: { note: null }, by: null },
    },
  ],
  execute({ config }) {
    const { title, text, fields, timeout } = config
    const names = fields.map(({ name }) => name)
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) {
      throw new OrchestratorError('invalid-config', `Two fields have the name "${twice}".`, {
        field: 'with.fields',
        retryable: false,
      })
    }
    const details: FormDetails = { ...(text === undefined ? {} : { text }), fields: fields satisfies FormField[] }
    return park({
      kind: 'form',
      title,
      details,
      ...(timeout === undefined ? {} : { until: Date.now() + durationToMs(timeout) }),
    })
  },
  resume({ config }, answer) {
    const at = new Date(answer.at).toISOString()
    if (answer.kind === 'submitted') {
      return { submitted: true, values: answer.value as Record<string, never>, by: answer.by ?? null, at }
    }
    if (config.on_timeout === 'fail') {
      throw new OrchestratorError('wait-timeout', `Nobody filled in "${config.title}" within ${config.timeout}.`, {
        retryable: false,
      })
    }
    const optional = config.fields.map((field) => ({ ...field, required: false }))
    return { submitted: false, values: checkForm(optional, {}).values, by: null, at }
  },
})
