import { TRPCError } from '@trpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeEachDatabase } from '#db/testing.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { WaitAnswer } from '#pipeline/wait-details.ts'
import { openTestApp, outsiderScope, type TestApp } from '#server/api/testing/open-test-app.ts'
import { localScope } from '#server/auth/scope.ts'
import { readAnswer } from './read-answer.ts'

const yaml = `
orchestrator: 1
name: Refunds
inputs:
  customer: { type: text }
steps:
  - id: ask
    type: flow.approval
    with: { title: "Refund {{ inputs.customer }}?", text: "**300** euros", value: { amount: 300 }, editable: true }
  - id: form
    type: flow.form
    with:
      title: "Details of {{ inputs.customer }}"
      fields:
        - { name: amount, type: number, label: Amount }
        - { name: due, type: date, required: false }
        - { name: how, type: choice, options: [cash, card], default: card }
outputs:
  ask: "{{ ask }}"
  form: "{{ form }}"
`

async function errorOf(work: Promise<unknown>): Promise<{ code: string; info: OrchestratorError['info'] }> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(TRPCError)
  const { code, cause } = error as TRPCError
  expect(cause).toBeInstanceOf(OrchestratorError)
  return { code, info: (cause as OrchestratorError).info }
}

describeEachDatabase('what waits for people', (open) => {
  let app: TestApp
  let pipelineId: string
  beforeAll(async () => {
    app = await openTestApp(await open())
    pipelineId = (await app.caller().pipelines.create({ yaml })).id
  })
  afterAll(() => app.close())

  /** Starts a run and gives its two questions, once they are asked. */
  async function startAsking(customer: string) {
    const stop = new AbortController()
    const changes = app.services.waits.changes(localScope, { search: customer }, stop.signal)[Symbol.asyncIterator]()
    expect((await changes.next()).value).toEqual({ open: 0 })
    const { runId } = await app.caller().runs.start({ pipelineId, inputs: { customer } })
    for (let heard = await changes.next(); heard.value?.open !== 2; heard = await changes.next());
    stop.abort()
    const { items } = await app.caller().waits.list({ runId })
    const of = (path: string) => items.find((item) => item.path === path)!
    return { runId, ask: of('ask'), form: of('form') }
  }

  async function outputsOf(runId: string): Promise<Record<string, unknown>> {
    for await (const _ of await app.caller().runs.events({ runId }));
    return (await app.caller().runs.get({ runId })).outputs as Record<string, unknown>
  }

  it('is listed, found and answered, and says who answered', async () => {
    const { runId, ask, form } = await startAsking('Ada')
    expect(ask).toMatchObject({
      kind: 'approval',
      title: 'Refund Ada?',
      pipelineName: 'Refunds',
      pipelineId,
      until: null,
    })
    expect(await app.caller().waits.get({ id: ask.id })).toMatchObject({
      end: null,
      details: { text: '**300** euros', value: { amount: 300 }, editable: true, onTimeout: 'fail' },
    })
    const answered = await app.caller().waits.answer({
      id: ask.id,
      answer: { kind: 'approve', value: { amount: 200 }, reason: 'half is enough' },
    })
    expect(answered).toMatchObject({
      answer: { amount: 200 },
      end: { kind: 'approved', by: 'owner', reason: 'half is enough', at: expect.any(String) },
    })
    expect((await app.caller().waits.list({ runId })).items.map(({ path }) => path)).toEqual(['form'])

    const again = await errorOf(app.caller().waits.answer({ id: ask.id, answer: { kind: 'reject' } }))
    expect(again).toMatchObject({ code: 'CONFLICT', info: { code: 'not-waiting' } })
    expect(again.info.message).toMatch(/^"Refund Ada\?" was approved by owner on \d{4}-\d\d-\d\d at \d\d:\d\d UTC\.$/)

    await app.caller().waits.answer({ id: form.id, answer: { kind: 'submit', values: { amount: '12.5' } } })
    expect(await outputsOf(runId)).toMatchObject({
      ask: { approved: true, value: { amount: 200 }, by: 'owner', reason: 'half is enough' },
      form: { submitted: true, values: { amount: 12.5, due: null, how: 'card' }, by: 'owner' },
    })
    expect((await app.caller().waits.list({ runId })).total).toBe(0)
  })

  it('says of each field what is wrong with it, and goes on waiting', async () => {
    const { form, runId } = await startAsking('Alan')
    const values = { amount: 'much', due: '2026-02-30', how: 'barter', extra: 1 }
    const { code, info } = await errorOf(app.caller().waits.answer({ id: form.id, answer: { kind: 'submit', values } }))
    expect(code).toBe('BAD_REQUEST')
    expect(info).toMatchObject({
      code: 'input-invalid',
      details: {
        problems: [
          { field: 'values.extra', message: expect.stringContaining('no field "extra"') },
          { field: 'values.amount', message: '"Amount" is "much"; it must be a number.' },
          { field: 'values.due', message: expect.stringContaining('a day such as 2026-11-23') },
          { field: 'values.how', message: expect.stringContaining('one of cash, card') },
        ],
      },
    })
    expect((await app.caller().waits.get({ id: form.id })).end).toBeNull()
    const missing = await errorOf(app.caller().waits.answer({ id: form.id, answer: { kind: 'submit', values: {} } }))
    expect(missing.info).toMatchObject({ code: 'input-invalid', field: 'values.amount' })
    const wrong = await errorOf(app.caller().waits.answer({ id: form.id, answer: { kind: 'approve' } }))
    expect(wrong.info.code).toBe('invalid-request')
    await app.caller().runs.cancel({ runId })
  })

  it('is answered once by whoever has the link', async () => {
    const { runId, ask, form } = await startAsking('Grace')
    const { waits } = app.caller(outsiderScope)
    const token = ask.token!
    expect(token).toMatch(/^[\w-]{32}$/)
    const seen = await waits.byToken({ token })
    expect(seen).toMatchObject({
      kind: 'approval',
      title: 'Refund Grace?',
      end: null,
      details: { value: { amount: 300 } },
    })
    expect(JSON.stringify(seen)).not.toContain(runId)
    expect(
      await waits.answerByToken({ token, name: 'Grace H.', answer: { kind: 'reject', reason: 'no' } }),
    ).toMatchObject({
      end: { kind: 'rejected', by: 'Grace H. (by link)', reason: 'no' },
    })
    const after = await waits.byToken({ token })
    expect(after).toMatchObject({ end: { kind: 'rejected', by: 'Grace H. (by link)' } })
    expect(JSON.stringify(after)).not.toContain('300')
    const again = await errorOf(waits.answerByToken({ token, answer: { kind: 'approve' } }))
    expect(again.info.message).toContain('was rejected by Grace H. (by link) on ')
    expect((await errorOf(waits.byToken({ token: `${token}x` }))).code).toBe('NOT_FOUND')

    await waits.answerByToken({ token: form.token!, answer: { kind: 'submit', values: { amount: 1 } } })
    expect(await outputsOf(runId)).toMatchObject({ ask: { approved: false }, form: { by: 'by link' } })
  })

  it('is shown without its link to those who may only look, and not at all to strangers', async () => {
    const { runId, ask } = await startAsking('Edsger')
    const viewer = app.caller({ ...localScope, role: 'viewer' })
    expect((await viewer.waits.list({ runId })).items).toMatchObject([{ token: null }, { token: null }])
    expect((await viewer.waits.get({ id: ask.id })).token).toBeNull()
    expect((await errorOf(viewer.waits.answer({ id: ask.id, answer: { kind: 'approve' } }))).code).toBe('FORBIDDEN')
    const stranger = app.caller(outsiderScope)
    expect(await stranger.waits.list({ runId })).toEqual({ items: [], nextCursor: null, total: 0 })
    expect((await errorOf(stranger.waits.get({ id: ask.id }))).code).toBe('NOT_FOUND')
    expect((await errorOf(stranger.waits.answer({ id: ask.id, answer: { kind: 'approve' } }))).code).toBe('NOT_FOUND')
    await app.caller().runs.cancel({ runId })
    for await (const _ of await app.caller().runs.events({ runId }));
    expect(await app.caller().waits.get({ id: ask.id })).toMatchObject({ end: { kind: 'cancelled', by: null } })
    const late = await errorOf(app.caller().waits.answer({ id: ask.id, answer: { kind: 'approve' } }))
    expect(late.info.message).toContain('was withdrawn, because its run has moved on')
  })

  it('comes in pages', async () => {
    const before = (await app.caller().waits.list({})).total
    const started = await Promise.all(['Page 1', 'Page 2', 'Page 3'].map(startAsking))
    expect((await app.caller().waits.list({ limit: 1 })).total).toBe(before + 6)
    const ids: string[] = []
    let cursor: string | null = null
    do {
      const page = await app.caller().waits.list({ search: 'page', limit: 4, cursor })
      ids.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor)
    expect(ids.toSorted()).toEqual(started.flatMap(({ ask, form }) => [ask.id, form.id]).toSorted())
    await Promise.all(started.map(({ runId }) => app.caller().runs.cancel({ runId })))
  })

  it('hears of events of its own workspace only', async () => {
    const { id } = await app.caller().pipelines.create({
      yaml: `
orchestrator: 1
name: Payment
steps:
  - { id: paid, type: flow.wait, with: { event: payment, key: A-17 } }
outputs: { paid: "{{ paid.payload }}" }
`,
    })
    const { runId } = await app.caller().runs.start({ pipelineId: id })
    await app.caller(outsiderScope).waits.sendEvent({ name: 'payment', key: 'A-17', payload: 1 })
    const receipt = await app.caller().waits.sendEvent({ name: 'payment', key: 'A-17', payload: { euros: 2 } })
    expect(receipt).toMatchObject({ id: expect.any(String) })
    expect(await outputsOf(runId)).toEqual({ paid: { euros: 2 } })
  })
})

describe('readAnswer', () => {
  const who = { by: 'ada', at: 1 }
  const approval = (editable: boolean) => ({
    kind: 'approval' as const,
    details: { value: 1, editable, onTimeout: 'fail' },
  })
  it.each<[boolean, WaitAnswer, unknown]>([
    [true, { kind: 'approve', value: null }, { kind: 'approved', value: null }],
    [true, { kind: 'approve', reason: 'fine' }, { kind: 'approved', reason: 'fine' }],
    [false, { kind: 'reject', reason: '' }, { kind: 'rejected' }],
  ])('reads an approval (editable: %s) of %o', (editable, given, expected) => {
    expect(readAnswer(approval(editable), given, who)).toEqual({ ...(expected as object), ...who })
  })
  it('lets nobody change what may not be edited', () => {
    expect(() => readAnswer(approval(false), { kind: 'approve', value: 2 }, who)).toThrow('cannot be changed')
    expect(() => readAnswer(approval(true), { kind: 'submit', values: {} }, who)).toThrow('not for values')
  })
})
