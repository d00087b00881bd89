import { z } from 'zod'
import { durationSchema, durationToMs } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { anyJson, defineStep, park } from './define-step.ts'

/** `2026-12-24 09:00`: a moment without an offset is read as UTC. */
const withoutOffset = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/

/** Epoch milliseconds of a moment as people and systems write it. */
function readMoment(text: string | number): number {
  const at =
    typeof text === 'number'
      ? text
      : Date.parse(
          withoutOffset.test(text) ? `${text.includes(':') ? text.replace(' ', 'T') : `${text}T00:00`}Z` : text,
        )
  if (Number.isFinite(at) && Math.abs(at) <= 8.64e15) return at
  throw new OrchestratorError('invalid-config', `"${text}" is not a moment in time.`, {
    field: 'with.until',
    fix: 'Write 2026-12-24T09:00:00Z, or 2026-12-24 for the beginning of a day (UTC).',
    retryable: false,
  })
}

export const flowWait = defineStep({
  type: 'flow.wait',
  title: 'Wait',
  summary:
    '{{ "Wait " ~ duration if duration else ("Wait until " ~ until if until else ("Wait for " ~ event if event else "Wait")) }}',
  icon: 'hourglass',
  category: 'flow',
  docs: `
Waits for a time (**Duration** or **Until**) or for something to happen elsewhere (**Event**). A run that only waits takes no
memory and no worker, however long and however many.

An event has a name and may have a key: the wait is over when an event of that name and with that key is sent
(\`POST /api/events/<name>\`, \`orchestrator send-event\`); without a key any event of that name will do. An event that comes up
to an hour before the wait begins is not missed, if the run had been made by then. **Timeout** says how long an event is waited
for at most, and what happens then.

Its value is \`{ ended, payload, at }\`: \`ended\` is \`time\`, \`event\` or \`timeout\`, \`payload\` what came with the event.
`,
  keywords: ['sleep', 'delay', 'pause', 'timer', 'until', 'event', 'signal', 'webhook', 'callback', 'later'],
  config: z
    .strictObject({
      duration: durationSchema.optional().meta({
        title: 'Duration',
        description: 'How long to wait.',
        control: 'duration',
      }),
      until: z.union([z.string(), z.number()]).optional().meta({
        title: 'Until',
        description: 'The moment to wait for; UTC without an offset. One that has passed is not waited for.',
        control: 'date-time',
        placeholder: '2026-12-24T09:00:00Z',
      }),
      event: z.string().min(1).max(200).optional().meta({
        title: 'Event',
        description: 'The name of the event to wait for.',
        control: 'template',
        placeholder: 'payment-received',
      }),
      key: z.union([z.string(), z.number()]).transform(String).optional().meta({
        title: 'Key',
        description: 'What the event must be about; any event of the name when empty.',
        control: 'template',
        placeholder: '{{ inputs.order_id }}',
      }),
      timeout: durationSchema.optional().meta({
        title: 'Timeout',
        description: 'How long to wait for the event at most; for ever when empty.',
        control: 'duration',
      }),
      on_timeout: z.enum(['fail', 'continue']).default('fail').meta({
        title: 'After the timeout',
        description: 'Fail with `wait-timeout`, or go on without an event.',
        control: 'select',
      }),
    })
    .check(({ value, issues }) => {
      const given = (['duration', 'until', 'event'] as const).filter((field) => value[field] !== undefined)
      if (given.length === 1) return
      const message =
        given.length === 0 ? 'say how long, until when, or for which event' : `choose one of ${given.join(' and ')}`
      issues.push({ code: 'custom', input: value, path: [given[1] ?? 'duration'], message })
    })
    .meta({ exactlyOne: ['duration', 'until', 'event'] }),
  output: z.object({
    ended: z.enum(['time', 'event', 'timeout']).meta({ description: 'What ended the wait.' }),
    payload: anyJson.meta({ description: 'What came with the event, else null.' }),
    at: z.string().meta({ description: 'When the wait ended, `2026-12-24T09:00:00.000Z`.' }),
  }),
  effects: 'pure',
  cacheable: false,
  examples: [
    { title: 'Two hours', with: { duration: '2h' }, output: { ended: 'time', payload: null } },
    { title: 'A moment that has passed', with: { until: '2020-01-01' }, output: { ended: 'time' } },
    {
      title: 'A payment, for three days at most',
      with: { event: 'payment-received', key: '{{ order }}', timeout: '3d' },
      scope: { order: 'A-17' },
      answer: { kind: 'event', value: { amount: 12 } },
      output: { ended: 'event', payload: { amount: 12 } },
    },
    {
      title: 'Going on without an answer',
      with: { event: 'reply', timeout: '1h', on_timeout: 'continue' },
      answer: { kind: 'timed-out' },
      output: { ended: 'timeout', payload: null },
    },
  ],
  execute({ config }) {
    const now = Date.now()
    const { duration, until, event, key, timeout } = config
    if (event !== undefined) {
      return park({
        kind: 'event',
        event,
        ...(key === undefined ? {} : { key }),
        ...(timeout === undefined ? {} : { until: now + durationToMs(timeout) }),
      })
    }
    const at = Math.ceil(duration === undefined ? readMoment(until!) : now + durationToMs(duration))
    if (at <= now) return { ended: 'time' as const, payload: null, at: new Date(now).toISOString() }
    return park({ kind: 'time', until: at })
  },
  resume({ config }, answer) {
    const at = new Date(answer.at).toISOString()
    if (answer.kind === 'due') return { ended: 'time' as const, payload: null, at }
    if (answer.kind === 'event') return { ended: 'event' as const, payload: answer.value ?? null, at }
    if (config.on_timeout === 'continue') return { ended: 'timeout' as const, payload: null, at }
    throw new OrchestratorError('wait-timeout', `No event "${config.event}" came within ${config.timeout}.`, {
      retryable: false,
    })
  },
})
