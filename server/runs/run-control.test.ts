import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEachDatabase } from '#db/testing.ts'
import type { Database } from '#db/client.ts'
import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { openTestApp, type TestApp } from '#server/api/testing/open-test-app.ts'
import { localScope } from '#server/auth/scope.ts'

/** A step that leaves a line behind each time it is carried out, and gives the text out as well. */
const line = (id: string, content: string, needs: string[] = [], more: Partial<Step> = {}): Step[] => [
  { id, type: 'text.template', needs, with: { template: content }, ...more },
  {
    id: `${id}_line`,
    type: 'file.write',
    needs: [id],
    with: { path: '{{ inputs.log }}', content: `{{ ${id} }}`, append: true },
  },
]

describeEachDatabase('control over the runs of a pipeline', (open) => {
  let database: Database
  let app: TestApp
  let api: ReturnType<TestApp['caller']>
  let logs = 0
  beforeAll(async () => {
    database = await open()
    app = await openTestApp(database)
    api = app.caller()
  })
  afterAll(() => app.close())

  const documentOf = (steps: Step[], more: Partial<PipelineDocument> = {}): PipelineDocument => ({
    orchestrator: 1,
    name: 'Controlled',
    inputs: { log: {}, word: { default: 'word' } },
    steps,
    ...more,
  })
  const create = async (document: PipelineDocument): Promise<string> => (await api.pipelines.create({ document })).id

  /** Replaces the draft. */
  async function change(pipelineId: string, document: PipelineDocument): Promise<void> {
    await database.query('update pipelines set document = $2 where id = $1', [pipelineId, JSON.stringify(document)])
  }

  const newLog = (): string => `log-${(logs += 1)}.txt`

  async function linesOf(log: string): Promise<string[]> {
    const files = await app.services.files.list(localScope, log)
    if (files.length === 0) return []
    const { stream } = await app.services.files.openRead(localScope, log)
    return (await text(stream)).split('\n').filter((each) => each !== '')
  }

  async function ended(runId: string) {
    for await (const _ of app.services.runs.watch(localScope, runId, 0, AbortSignal.timeout(25_000))) continue
    return api.runs.get({ runId })
  }

  /** Lines that a run of this kind leaves behind, and the run. */
  async function added(log: string, work: () => Promise<{ runId: string }>) {
    const before = await linesOf(log)
    const { runId } = await work()
    const run = await ended(runId)
    return { runId, run, lines: (await linesOf(log)).slice(before.length) }
  }

  it('retries what failed, once the cause is gone', async () => {
    const log = newLog()
    const document = documentOf([
      ...line('a', 'a {{ inputs.word }}'),
      { id: 'read', type: 'file.read', needs: ['a_line'], with: { path: `missing-${log}` } },
      ...line('b', 'b {{ read.content }}', ['read']),
    ])
    const pipelineId = await create(document)
    const first = await added(log, () => api.runs.start({ pipelineId, inputs: { log } }))
    expect(first.run.status).toBe('failed')
    expect(first.lines).toEqual(['a word'])
    await app.services.files.write(localScope, `missing-${log}`, 'found')
    const second = await added(log, () => api.runs.retry({ runId: first.runId }))
    expect(second.run).toMatchObject({ status: 'succeeded', inputs: { log, word: 'word' } })
    expect(second.lines).toEqual(['b found'])
    await expect(api.runs.retry({ runId: second.runId })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })

  it('retries the items of a map that it had gone on without', async () => {
    const log = newLog()
    const document = documentOf([
      {
        id: 'each',
        type: 'flow.map',
        with: { items: ['x', 'y', 'z'], concurrency: 1 },
        steps: [
          { id: 'read', type: 'file.read', with: { path: `{{ item }}-${log}` } },
          ...line('got', 'got {{ read.content }}', ['read']),
        ],
      },
      ...line('all', '{{ each.failed }} failed', ['each']),
    ])
    const pipelineId = await create(document)
    await app.services.files.write(localScope, `x-${log}`, 'X')
    await app.services.files.write(localScope, `z-${log}`, 'Z')
    const first = await added(log, () => api.runs.start({ pipelineId, inputs: { log } }))
    expect(first.lines).toEqual(['got X', 'got Z', '1 failed'])
    await app.services.files.write(localScope, `y-${log}`, 'Y')
    const second = await added(log, () => api.runs.retry({ runId: first.runId }))
    expect(second.lines).toEqual(['got Y', '0 failed'])
  })

  it('re-runs from a step on the same document, the newest version, or the draft', async () => {
    const log = newLog()
    const steps = (b: string): Step[] => [
      ...line('a', 'a'),
      ...line('b', b, ['a_line']),
      ...line('c', 'c of {{ b }}', ['b_line']),
    ]
    const pipelineId = await create(documentOf(steps('b1')))
    await api.pipelines.versions.create({ id: pipelineId })
    const { runId } = await added(log, () => api.runs.start({ pipelineId, versionNumber: 1, inputs: { log } }))
    await change(pipelineId, documentOf(steps('b2')))
    await api.pipelines.versions.create({ id: pipelineId })
    await change(pipelineId, documentOf(steps('b3')))

    const rerun = (on: 'same' | 'latest' | 'draft') => added(log, () => api.runs.rerunFrom({ runId, path: 'c', on }))
    const same = await rerun('same')
    expect(same).toMatchObject({ lines: ['c of b1'], run: { versionNumber: 1 } })
    const latest = await rerun('latest')
    expect(latest).toMatchObject({ lines: ['b2', 'c of b2'], run: { versionNumber: 2 } })
    const draft = await rerun('draft')
    expect(draft).toMatchObject({ lines: ['b3', 'c of b3'], run: { versionNumber: null } })
    await expect(api.runs.rerunFrom({ runId, path: 'cc' })).rejects.toThrow('Did you mean "c"')
  })

  it('re-runs with other inputs for the steps from there on', async () => {
    const log = newLog()
    const pipelineId = await create(
      documentOf([...line('a', 'a {{ inputs.word }}'), ...line('b', 'b {{ inputs.word }}', ['a_line'])]),
    )
    const { runId } = await added(log, () => api.runs.start({ pipelineId, inputs: { log } }))
    const again = await added(log, () => api.runs.rerunFrom({ runId, path: 'b', inputs: { log, word: 'another' } }))
    expect(again.lines).toEqual(['b another'])
  })

  it('calls what the run had called when it is retried, and what is there now on a newer document', async () => {
    const log = newLog()
    const child = (word: string): PipelineDocument =>
      documentOf(line('said', word), { name: 'Child', inputs: { log: {} }, outputs: { said: '{{ said }}' } })
    const childId = await create(child('hello'))
    const pipelineId = await create(
      documentOf([
        { id: 'call', type: 'flow.pipeline', with: { pipeline: childId, inputs: { log: '{{ inputs.log }}' } } },
        ...line('b', 'b', ['call']),
      ]),
    )
    const { runId, lines } = await added(log, () => api.runs.start({ pipelineId, inputs: { log } }))
    expect(lines).toEqual(['hello', 'b'])
    await change(childId, child('goodbye'))
    const rerun = (on: 'same' | 'draft', path: string) => added(log, () => api.runs.rerunFrom({ runId, path, on }))
    expect((await rerun('same', 'call.said')).lines).toEqual(['hello', 'b'])
    expect((await rerun('draft', 'b')).lines).toEqual(['goodbye', 'b'])
  })

  it('runs to a step, with the inputs of the latest run', async () => {
    const log = newLog()
    const pipelineId = await create(
      documentOf([
        ...line('a', 'a {{ inputs.word }}'),
        ...line('b', 'b', ['a_line']),
        ...line('c', 'c', ['b_line']),
        ...line('beside', 'beside'),
      ]),
    )
    await expect(api.runs.runTo({ pipelineId, path: 'b_line' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    const first = await added(log, () => api.runs.runTo({ pipelineId, path: 'b_line', inputs: { log, word: 'given' } }))
    expect(first.lines).toEqual(['a given', 'b'])
    expect(first.run).toMatchObject({ status: 'succeeded', kind: 'preview' })
    expect((await added(log, () => api.runs.runTo({ pipelineId, path: 'a_line' }))).lines).toEqual(['a given'])
  })

  it('runs one step with what is before it, its own settings or others, and what has become stale', async () => {
    const log = newLog()
    const pipelineId = await create(
      documentOf([
        ...line('a', 'a'),
        ...line('w', 'w {{ inputs.word }}', ['a_line']),
        ...line('c', '{{ a }} and {{ w }}', ['w_line']),
      ]),
    )
    const never = await added(log, () => api.runs.runStep({ pipelineId, path: 'w_line', inputs: { log } }))
    expect(never.lines).toEqual(['a', 'w word'])
    const next = await added(log, () => api.runs.runStep({ pipelineId, path: 'c_line' }))
    expect(next.lines).toEqual(['a and w word'])
    const edited = await added(log, () =>
      api.runs.runStep({ pipelineId, path: 'c_line', with: { content: 'edited {{ c }}' } }),
    )
    expect(edited.lines).toEqual(['edited a and w word'])
    const other = await added(log, () => api.runs.runStep({ pipelineId, path: 'c_line', inputs: { word: 'other' } }))
    expect(other.lines).toEqual(['w other', 'a and w other'])
  })

  it('uses pinned outputs in runs of the draft, until they are taken away', async () => {
    const log = newLog()
    const pipelineId = await create(documentOf([...line('a', 'a'), ...line('b', 'b of {{ a }}', ['a_line'])]))
    const run = () => added(log, () => api.runs.start({ pipelineId, inputs: { log } }))
    const first = await run()
    expect(first.lines).toEqual(['a', 'b of a'])
    await api.pins.set({ pipelineId, path: 'a_line', from: { runId: first.runId, path: 'a_line' } })
    expect(await api.pins.set({ pipelineId, path: 'a', value: 'pinned' })).toMatchObject({
      value: 'pinned',
      isPreview: false,
      createdBy: 'owner',
    })
    expect((await api.pins.list({ pipelineId })).map(({ path }) => path)).toEqual(['a', 'a_line'])
    expect((await run()).lines).toEqual(['b of pinned'])
    await api.pipelines.versions.create({ id: pipelineId })
    const version = await added(log, () => api.runs.start({ pipelineId, versionNumber: 1, inputs: { log } }))
    expect(version.lines).toEqual(['a', 'b of a'])
    await api.pins.remove({ pipelineId, path: 'a' })
    await api.pins.remove({ pipelineId, path: 'a_line' })
    expect((await run()).lines).toEqual(['a', 'b of a'])
    await expect(api.pins.set({ pipelineId, path: 'nowhere', value: 1 })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })

  it('pauses at a breakpoint, takes another value, and goes on', async () => {
    const log = newLog()
    const pipelineId = await create(documentOf([...line('a', 'a'), ...line('b', 'b of {{ a }}', ['a_line'])]))
    const { runId } = await api.runs.start({
      pipelineId,
      inputs: { log },
      options: { breakpoints: [{ step: 'b', condition: 'a == "a"' }] },
    })
    await expect.poll(async () => (await api.runs.get({ runId })).status).toBe('paused')
    await expect(api.runs.editValue({ runId, path: 'b', value: 1 })).rejects.toMatchObject({ code: 'CONFLICT' })
    await api.runs.editValue({ runId, path: 'a', value: 'edited' })
    await api.runs.setBreakpoints({ runId, breakpoints: [{ step: 'b_line' }] })
    await api.runs.resume({ runId })
    await expect
      .poll(
        async () =>
          (await api.runs.entries({ runId })).entries.findLast(({ event }) => event.type === 'run-paused')?.event,
      )
      .toMatchObject({ path: 'b_line' })
    await api.runs.resume({ runId, mode: 'continue' })
    expect((await ended(runId)).status).toBe('succeeded')
    expect(await linesOf(log)).toEqual(['a', 'b of edited'])
    await expect(api.runs.editValue({ runId, path: 'a', value: 1 })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(api.runs.pause({ runId })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('answers the first start with a key, whatever has become of the pipeline', async () => {
    const log = newLog()
    const pipelineId = await create(documentOf(line('a', 'a')))
    const start = () => api.runs.start({ pipelineId, inputs: { log }, idempotencyKey: `once-${log}` })
    const first = await start()
    await ended(first.runId)
    await change(pipelineId, documentOf([{ id: 'broken', type: 'no.such' }]))
    expect(await start()).toEqual(first)
    expect(await linesOf(log)).toEqual(['a'])
  })

  it('says what a run waits for that has no place yet', async () => {
    const pipelineId = await create(
      documentOf([{ id: 'wait', type: 'flow.wait', with: { duration: '1h' } }], { concurrency: { limit: 1 } }),
    )
    const start = () => api.runs.start({ pipelineId, inputs: { log: 'none' } })
    const first = await start()
    await expect.poll(async () => (await api.runs.get(first)).status).toBe('waiting')
    const second = await start()
    await expect
      .poll(async () => (await api.runs.get(second)).blocked)
      .toMatchObject({ code: 'run-refused', details: { limit: 1, active: [first.runId] } })
    await api.runs.cancel(first)
    await expect.poll(async () => (await api.runs.get(second)).status).toBe('waiting')
    await api.runs.cancel(second)
    expect((await ended(second.runId)).status).toBe('cancelled')
  })

  it('refuses to reuse a run that goes on', async () => {
    const pipelineId = await create(documentOf([{ id: 'wait', type: 'flow.wait', with: { duration: '1h' } }]))
    const { runId } = await api.runs.start({ pipelineId, inputs: { log: 'none' } })
    await expect(api.runs.retry({ runId })).rejects.toMatchObject({ code: 'CONFLICT' })
    await api.runs.cancel({ runId })
    expect((await ended(runId)).status).toBe('cancelled')
  })
})
