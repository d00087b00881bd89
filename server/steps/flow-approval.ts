import { z } from 'zod'
import { durationSchema, durationToMs } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { ApprovalDetails } from '#pipeline/wait-details.ts'
import { anyJson, defineStep, park, takePorts } from './define-step.ts'

export const flowApproval = defineStep({
  type: 'flow.approval',
  title: 'Ask for approval',
  summary: '{{ "Ask: " ~ title if title else "Ask a person to approve" }}',
  icon: 'user-check',
  category: 'flow',
  docs: `
Asks a person to approve or reject something, and waits for the answer without taking memory or a worker. Whoever may run the
pipeline finds the question in the **Inbox**; its link can be sent to somebody without an account and works on a
phone, once.

The run goes on at the port \`approved\` or \`rejected\`. Where **May be edited** is on, whoever approves can change the value.
When nobody answers within the **Timeout**, the step approves, rejects or fails, as **After the timeout** says.

Its value is \`{ approved, value, by, reason, at }\`: what was approved, by whom, why and when.
`,
  keywords: ['human', 'review', 'confirm', 'person', 'sign off', 'gate', 'manual', 'accept', 'reject', 'decision'],
  config: z.strictObject({
    title: z.string().min(1).max(300).meta({
      title: 'Question',
      description: 'What is to be approved, in a line.',
      control: 'template',
      placeholder: 'Send the reply to {{ item.customer }}?',
    }),
    text: z.string().optional().meta({
      title: 'Text',
      description: 'What helps to decide. Markdown.',
      control: 'multiline',
    }),
    value: anyJson.optional().meta({
      title: 'Value',
      description: 'What is shown, approved and handed on.',
      control: 'expression',
      placeholder: '{{ draft.text }}',
    }),
    editable: z.boolean().default(false).meta({
      title: 'May be edited',
      description: 'Whether whoever approves may change the value.',
      control: 'toggle',
    }),
    timeout: durationSchema.optional().meta({
      title: 'Timeout',
      description: 'How long to wait for an answer; for ever when empty.',
      control: 'duration',
    }),
    on_timeout: z.enum(['fail', 'approve', 'reject']).default('fail').meta({
      title: 'After the timeout',
      description: 'What happens when nobody has answered.',
      control: 'select',
    }),
  }),
  outputPorts: [{ name: 'approved' }, { name: 'rejected' }],
  output: z.object({
    approved: z.boolean(),
    value: anyJson.meta({ description: 'The value, as it was approved.' }),
    by: z.string().nullable().meta({ description: 'Who answered; null when nobody did.' }),
    reason: z.string().nullable(),
    at: z.string().meta({ description: 'When it was answered, `2026-12-24T09:00:00.000Z`.' }),
  }),
  effects: 'write',
  examples: [
    {
      title: 'Approved',
      with: { title: 'Send it?', value: '{{ draft }}', editable: true },
      scope: { draft: 'Dear Ada' },
      answer: { kind: 'approved', value: 'Dear Ada,', by: 'alan' },
      output: { approved: true, value: 'Dear Ada,', by: 'alan', reason: null },
      port: 'approved',
    },
    {
      title: 'Rejected with a reason',
      with: { title: 'Refund 300 euros?' },
      answer: { kind: 'rejected', reason: 'too much', by: 'alan' },
      output: { approved: false, reason: 'too much' },
      port: 'rejected',
    },
    {
      title: 'Nobody answers',
      with: { title: 'Publish?', timeout: '2d', on_timeout: 'approve' },
      answer: { kind: 'timed-out' },
      output: { approved: true, by: null },
      port: 'approved',
    },
  ],
  execute({ config }) {
    const { title, text, value, editable, timeout, on_timeout: onTimeout } = config
    const details: ApprovalDetails = {
      ...(text === undefined ? {} : { text }),
      ...(value === undefined ? {} : { value }),
      editable: editable && value !== undefined,
      onTimeout,
    }
    return park({
      kind: 'approval',
      title,
      details,
      ...(timeout === undefined ? {} : { until: Date.now() + durationToMs(timeout) }),
    })
  },
  resume({ config }, answer) {
    const { on_timeout: onTimeout, timeout } = config
    const shared = { by: answer.by ?? null, at: new Date(answer.at).toISOString() }
    if (answer.kind === 'approved' || answer.kind === 'rejected') {
      const approved = answer.kind === 'approved'
      const value = answer.value === undefined ? (config.value ?? null) : answer.value
      return takePorts([answer.kind], { approved, value, reason: answer.reason ?? null, ...shared })
    }
    if (onTimeout === 'fail') {
      throw new OrchestratorError('wait-timeout', `Nobody answered "${config.title}" within ${timeout}.`, {
        retryable: false,
      })
    }
    const approved = onTimeout === 'approve'
    const reason = `nobody answered within ${timeout}`
    return takePorts([approved ? 'approved' : 'rejected'], { approved, value: config.value ?? null, reason, ...shared })
  },
})
