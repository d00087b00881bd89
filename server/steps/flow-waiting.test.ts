import { describe, expect, it } from 'vitest'
import { validatePipeline } from '#pipeline/validate.ts'
import { Park, type StepContext, type StepDefinition } from './define-step.ts'
import { flowApproval } from './flow-approval.ts'
import { flowForm } from './flow-form.ts'
import { flowWait } from './flow-wait.ts'
import { manifests } from './registry.ts'
import { failureOf, outputOf } from './testing/step-outcome.ts'

/** What the step waits for. */
function waitOf(definition: StepDefinition, settings: Record<string, unknown>) {
  const context = { config: definition.configSchema.parse(settings) } as StepContext<never>
  const returned = definition.execute(context)
  expect(returned).toBeInstanceOf(Park)
  return (returned as Park).wait
}

const timedOut = { answer: { kind: 'timed-out' as const } }

describe('flow.wait', () => {
  const problemsOf = (settings: Record<string, string>) =>
    validatePipeline({ orchestrator: 1, name: 'W', steps: [{ id: 'w', type: 'flow.wait', with: settings }] }, manifests)

  it('waits for one thing: the editor says so, and so does the run', async () => {
    expect(problemsOf({ duration: '1s' })).toEqual([])
    expect(problemsOf({ event: '{{ inputs.x }}' }).filter(({ code }) => code === 'invalid-config')).toEqual([])
    expect(problemsOf({})).toMatchObject([{ code: 'invalid-config', message: expect.stringContaining('is missing') }])
    expect(problemsOf({ until: '2026-01-01', event: 'x' })).toMatchObject([
      { field: 'with.event', message: 'until and event exclude each other; keep one of them' },
    ])
    expect(() => flowWait.configSchema.parse({ timeout: '1s' })).toThrow('say how long')
  })

  it.each([
    ['2999-01-01', '2999-01-01T00:00:00Z'],
    ['2999-01-01 09:30', '2999-01-01T09:30:00Z'],
    ['2999-01-01T09:30:15', '2999-01-01T09:30:15Z'],
    ['2999-01-01T09:30:00+02:00', '2999-01-01T07:30:00Z'],
    [32503680000000, '3000-01-01T00:00:00Z'],
  ])('reads %s as the moment %s', (until, moment) => {
    expect(waitOf(flowWait, { until })).toEqual({ kind: 'time', until: Date.parse(moment) })
  })

  it('says what is wrong with a moment that is none', async () => {
    const error = await failureOf(flowWait, { until: 'next week' })
    expect(error.info).toMatchObject({
      code: 'invalid-config',
      field: 'with.until',
      message: expect.stringContaining('next week'),
    })
    expect(error.retryable).toBe(false)
  })

  it('takes a number as a key, and any event without one', () => {
    expect(waitOf(flowWait, { event: 'paid', key: 17 })).toEqual({ kind: 'event', event: 'paid', key: '17' })
    expect(waitOf(flowWait, { event: 'paid' })).toEqual({ kind: 'event', event: 'paid' })
  })

  it('fails when no event came, unless it may go on', async () => {
    const error = await failureOf(flowWait, { event: 'paid', timeout: '3d' }, {}, timedOut)
    expect(error).toMatchObject({ code: 'wait-timeout', message: 'No event "paid" came within 3d.', retryable: false })
  })
})

describe('flow.approval', () => {
  it('may be edited only when there is something to edit', () => {
    expect(waitOf(flowApproval, { title: 'Go?', editable: true }).details).toMatchObject({ editable: false })
    expect(waitOf(flowApproval, { title: 'Go?', value: null, editable: true }).details).toMatchObject({
      value: null,
      editable: true,
    })
  })

  it('goes on with the value that was shown, or with the one that was put in its place', async () => {
    const approved = { kind: 'approved' as const, by: 'ada' }
    const settings = { title: 'Go?', value: { a: 1 }, editable: true }
    expect(await outputOf(flowApproval, settings, {}, { answer: approved })).toMatchObject({ value: { a: 1 } })
    expect(await outputOf(flowApproval, settings, {}, { answer: { ...approved, value: null } })).toMatchObject({
      value: null,
    })
  })

  it('fails, approves or rejects when nobody answers', async () => {
    const settings = { title: 'Go?', timeout: '2d', value: 1 }
    expect(await failureOf(flowApproval, settings, {}, timedOut)).toMatchObject({ code: 'wait-timeout' })
    expect(await outputOf(flowApproval, { ...settings, on_timeout: 'reject' }, {}, timedOut)).toMatchObject({
      approved: false,
      value: 1,
      by: null,
      reason: 'nobody answered within 2d',
    })
  })
})

describe('flow.form', () => {
  it('refuses two fields of one name', async () => {
    const error = await failureOf(flowForm, { title: 'Form', fields: [{ name: 'a' }, { name: 'a', type: 'number' }] })
    expect(error.info).toMatchObject({ code: 'invalid-config', field: 'with.fields' })
  })

  it('goes on with its defaults when nobody answers, where it may', async () => {
    const fields = [{ name: 'a', default: 3, type: 'number' }, { name: 'b' }]
    const settings = { title: 'Form', fields, timeout: '1d' }
    expect(await failureOf(flowForm, settings, {}, timedOut)).toMatchObject({ code: 'wait-timeout' })
    expect(await outputOf(flowForm, { ...settings, on_timeout: 'continue' }, {}, timedOut)).toMatchObject({
      submitted: false,
      values: { a: 3, b: null },
    })
  })
})
