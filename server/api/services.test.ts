import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import { newId } from '#pipeline/new-id.ts'
import { parsePipeline } from '#pipeline/yaml.ts'
import { localScope } from '#server/auth/scope.ts'
import { startFakeOpenAi } from '#server/models/testing/fake-provider.ts'
import { greetingYaml, openTestApp, type TestApp } from './testing/open-test-app.ts'

describeEachDatabase('the services of a workspace', (open) => {
  let database: Database
  let app: TestApp
  let api: ReturnType<TestApp['caller']>

  beforeAll(async () => {
    database = await open()
    app = await openTestApp(database)
    api = app.caller()
  })
  afterAll(() => app.close())

  const finish = async (runId: string) => {
    for await (const message of app.services.runs.watch(localScope, runId, 0, AbortSignal.timeout(20_000))) {
      if (message.kind === 'event' && message.entry.event.type.startsWith('run-') && message.entry.seq > 2) continue
    }
    return api.runs.get({ runId })
  }

  describe('pipelines', () => {
    it('are created empty, from a document or from YAML, and exported as the same text', async () => {
      expect(await api.pipelines.create()).toMatchObject({ name: 'Untitled pipeline', stepCount: 0, lastRun: null })
      const created = await api.pipelines.create({ yaml: greetingYaml })
      expect(created).toMatchObject({ name: 'Greetings', stepCount: 3 })
      const { yaml } = await api.pipelines.exportYaml({ id: created.id })
      expect(parsePipeline(yaml).document).toEqual(parsePipeline(greetingYaml).document)
      const { document } = await api.pipelines.get({ id: created.id })
      expect(await api.pipelines.create({ document, name: 'Again' })).toMatchObject({ name: 'Again', stepCount: 3 })
    })

    it('get the edges that an imported text leaves to its expressions', async () => {
      const yaml = `{ orchestrator: 1, name: Implied, steps: [
        { id: a, type: text.template, with: { template: x } },
        { id: b, type: text.template, with: { template: "{{ a }}" } } ] }`
      const { id } = await api.pipelines.create({ yaml })
      expect((await api.pipelines.get({ id })).document.steps[1]).toMatchObject({ needs: ['a'] })
    })

    it('refuse what is no pipeline, and say where', async () => {
      await expect(api.pipelines.create({ yaml: 'steps: [' })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        cause: { code: 'invalid-request', info: { line: expect.any(Number) } },
      })
      await expect(api.pipelines.create({ document: { name: 1 } })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    })

    it('are renamed in their draft too, so that an open editor shows it', async () => {
      const { id } = await api.pipelines.create({ name: 'Before' })
      expect(await api.pipelines.rename({ id, name: 'After' })).toMatchObject({ name: 'After' })
      expect(await api.pipelines.get({ id })).toMatchObject({ name: 'After', draftSeq: 1, document: { name: 'After' } })
    })

    it('are copied under names of their own', async () => {
      const { id } = await api.pipelines.create({ name: 'Original' })
      const first = await api.pipelines.duplicate({ id })
      const second = await api.pipelines.duplicate({ id: first.id })
      expect([first.name, second.name]).toEqual(['Original copy', 'Original copy 2'])
    })

    it('disappear when deleted and come back as they were', async () => {
      const { id } = await api.pipelines.create({ name: 'Deleted and back' })
      await api.pipelines.delete({ id })
      await expect(api.pipelines.get({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect((await api.pipelines.list({ search: 'Deleted and back' })).items).toEqual([])
      expect(await api.pipelines.restore({ id })).toMatchObject({ id, name: 'Deleted and back' })
      await expect(api.pipelines.restore({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('are validated with every problem, as text with its place', async () => {
      const yaml = 'orchestrator: 1\nname: Bad\nsteps:\n  - { id: a, type: no.such }\n'
      expect((await api.pipelines.validate({ yaml })).problems).toMatchObject([{ code: 'unknown-step-type', line: 4 }])
      const document = parsePipeline(yaml).document
      expect((await api.pipelines.validate({ document })).problems).toMatchObject([{ step: 'a' }])
      expect(await api.pipelines.validate({ document: { steps: 1 } })).toMatchObject({ document: null })
      await expect(api.pipelines.validate({})).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    })

    it('are found by any part of name and description, whatever signs it has', async () => {
      const percent = await api.pipelines.create({
        document: { orchestrator: 1, name: 'Rates 100%_sure', description: 'about \\ and Zürich', steps: [] },
      })
      for (const search of ['RATES 100%_', 'Zürich', '\\']) {
        expect((await api.pipelines.list({ search })).items.map(({ id }) => id)).toEqual([percent.id])
      }
      expect((await api.pipelines.list({ search: '100%x' })).items).toEqual([])
    })
  })

  it('lists a thousand pipelines page by page, each once, with their last run, quickly', async () => {
    await database.query(`insert into workspaces (id, name) values ('crowded', 'Crowded')`)
    const crowded = { ...localScope, workspaceId: 'crowded' }
    const { id } = await app.services.pipelines.create(crowded, { yaml: greetingYaml })
    await database.query(
      `insert into pipelines (id, workspace_id, name, document, card, snapshot, created_by, updated_at)
       select 'copy-' || n, workspace_id, name || ' ' || n, document, card, snapshot, created_by,
         now() - (n % 7) * interval '1 minute'
       from pipelines, generate_series(1, 999) n where id = $1`,
      [id],
    )
    await database.query(
      `insert into runs (id, workspace_id, pipeline_id, pipeline_name, document_hash, inputs, created_by, status, kind,
         created_at, started_at, finished_at)
       select 'run-' || n, 'crowded', 'copy-' || (1 + n % 500), 'Greetings', 'hash', '{}', 'owner',
         case when n % 10 = 0 then 'failed' else 'succeeded' end, case when n > 9500 then 'preview' else 'run' end,
         now() - (10000 - n) * interval '1 second', now() - (10000 - n) * interval '1 second',
         now() - (10000 - n) * interval '1 second' + interval '1500 milliseconds'
       from generate_series(1, 10000) n`,
    )
    await database.query('analyze')
    const list = app.caller(crowded).pipelines.list
    const ids = new Set<string>()
    let cursor: string | null = null
    let withRun = 0
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({ cursor, limit: 200 })
      for (const item of page.items) {
        expect(ids.has(item.id)).toBe(false)
        ids.add(item.id)
        if (item.lastRun) withRun += 1
      }
      cursor = page.nextCursor
    } while (cursor)
    expect(ids.size).toBe(1000)
    expect(withRun).toBe(500)
    // copy-1's newest run that is no preview is the last below 9501 with n % 500 = 0.
    const [first] = (await list({ search: 'Greetings 1', limit: 200 })).items.filter((item) => item.id === 'copy-1')
    expect(first?.lastRun).toMatchObject({ id: 'run-9500', status: 'failed', durationMs: 1500 })
    expect(await medianMs(() => list({ limit: 50 }))).toBeLessThan(100)

    const runsOf = app.caller(crowded).runs.list
    const seen: string[] = []
    for (let next: string | null = null, pages = 0; pages === 0 || next; pages += 1) {
      const page: Awaited<ReturnType<typeof runsOf>> = await runsOf({ status: ['failed'], cursor: next, limit: 200 })
      seen.push(...page.items.map((item) => item.id))
      next = page.nextCursor
    }
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, index) => `run-${10_000 - index * 10}`))
    expect((await runsOf({ pipelineId: 'copy-3' })).items).toHaveLength(20)
    expect((await runsOf({ search: 'run-77' })).items.map((item) => item.id)).toEqual(['run-77'])
    expect(await medianMs(() => runsOf({ limit: 50 }))).toBeLessThan(100)
    await expect(runsOf({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })

  describe('versions', () => {
    it('are numbered, keep what they were, and are made only when something changed', async () => {
      const { id } = await api.pipelines.create({ yaml: greetingYaml })
      const first = await api.pipelines.versions.create({ id, message: 'the first' })
      expect(first).toMatchObject({ number: 1, message: 'the first', createdBy: 'owner' })
      expect(await api.pipelines.versions.create({ id })).toEqual(first)
      await api.pipelines.rename({ id, name: 'Changed' })
      expect(await api.pipelines.versions.create({ id })).toMatchObject({ number: 2 })
      expect((await api.pipelines.versions.list({ id })).map(({ number }) => number)).toEqual([2, 1])
      expect((await api.pipelines.versions.get({ id, number: 1 })).document.name).toBe('Greetings')
      expect(await api.pipelines.get({ id })).toMatchObject({ latestVersion: 2 })
      await expect(api.pipelines.versions.get({ id, number: 3 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('get one number each when two people make one at once', async () => {
      const { id } = await api.pipelines.create({ yaml: greetingYaml })
      const made = await Promise.all([1, 2, 3].map(() => api.pipelines.versions.create({ id })))
      expect(new Set(made.map(({ number }) => number))).toEqual(new Set([1]))
    })
  })

  describe('runs', () => {
    it('run the draft, and keep the document they ran when the draft goes on', async () => {
      const { id: pipelineId } = await api.pipelines.create({ yaml: greetingYaml })
      const { runId } = await api.runs.start({ pipelineId, inputs: { names: ['Grace'] } })
      const run = await finish(runId)
      expect(run).toMatchObject({
        status: 'succeeded',
        pipelineId,
        versionNumber: null,
        kind: 'run',
        trigger: 'manual',
        inputs: { names: ['Grace'] },
        outputs: { text: 'Hello Grace' },
        outputsArePreview: false,
        error: null,
      })
      expect(run.durationMs).toBeGreaterThanOrEqual(0)
      await api.pipelines.rename({ id: pipelineId, name: 'Renamed since' })
      expect((await api.runs.get({ runId })).document.name).toBe('Greetings')
      expect((await api.runs.value({ runId, path: 'each[0].greet' })).value).toBe('Hello Grace')
      await expect(api.runs.value({ runId, path: 'nowhere' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('give all of their outputs, and say where they are cut short', async () => {
      const yaml = `{ orchestrator: 1, name: Echo, inputs: { text: { type: text } }, steps: [],
        outputs: { text: "{{ inputs.text }}", length: "{{ inputs.text | length }}" } }`
      const { id: pipelineId } = await api.pipelines.create({ yaml })
      const outputsOf = async (text: string) => {
        const { runId } = await api.runs.start({ pipelineId, inputs: { text } })
        const { outputs, outputsArePreview } = await finish(runId)
        return { outputs, outputsArePreview, ...(await api.runs.value({ runId, path: '' })) }
      }
      const small = { text: 'short', length: 5 }
      expect(await outputsOf('short')).toEqual({ outputs: small, outputsArePreview: false, value: small })
      const text = 'é'.repeat(100_000)
      const large = await outputsOf(text)
      expect(large.outputsArePreview).toBe(true)
      expect(JSON.stringify(large.outputs).length).toBeLessThan(20_000)
      expect(large.value).toEqual({ text, length: 100_000 })
    })

    it('have no outputs unless they succeed', async () => {
      const yaml = `{ orchestrator: 1, name: Fails, steps: [{ id: bad, type: text.template, with: { template: "{{ 1 / [] }}" } }],
        outputs: { text: "{{ bad }}" } }`
      const { runId } = await api.runs.start({ pipelineId: (await api.pipelines.create({ yaml })).id })
      expect(await finish(runId)).toMatchObject({ status: 'failed', outputs: null, outputsArePreview: false })
      await expect(api.runs.value({ runId, path: '' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: 'The run has no outputs; its status is failed.',
      })
    })

    it('never write down the key of a provider that repeats it', async () => {
      const secret = 'sk-proj-0123456789abcdef'
      const provider = await startFakeOpenAi({
        models: ['parrot'],
        apiKey: secret,
        reply: (prompt) =>
          prompt === 'Say it'
            ? { text: [`It is ${secret}`] }
            : { error: { status: 400, message: `Incorrect API key provided: ${secret}.` } },
      })
      try {
        const { baseUrl } = provider
        await api.settings.connections.save({ name: 'repeater', provider: 'openai-compatible', baseUrl, secret })
        const { id: pipelineId } = await api.pipelines.create({
          yaml: `{ orchestrator: 1, name: Repeats, steps: [
            { id: says, type: ai.generate, with: { model: repeater/parrot, prompt: Say it } },
            { id: fails, type: ai.generate, on_error: continue, with: { model: repeater/parrot, prompt: Fail } } ],
            outputs: { says: "{{ says }}", fails: "{{ fails }}" } }`,
        })
        const { runId } = await api.runs.start({ pipelineId, inputs: {} })
        const messages: unknown[] = []
        for await (const message of app.services.runs.watch(localScope, runId, 0, AbortSignal.timeout(30_000))) {
          messages.push(message)
        }
        const run = await api.runs.get({ runId })
        expect(run).toMatchObject({ status: 'succeeded', outputs: { says: { text: 'It is [secret]' } } })
        expect(JSON.stringify(run.outputs)).toContain('Incorrect API key provided: ')
        expect(JSON.stringify([messages, run])).not.toContain(secret)
        expect(provider.requests.some(({ headers }) => headers.authorization === `Bearer ${secret}`)).toBe(true)
      } finally {
        await api.settings.connections.remove({ name: 'repeater' })
        await provider.close()
      }
    }, 60_000)

    it('run a version as it was', async () => {
      const { id: pipelineId } = await api.pipelines.create({ yaml: greetingYaml })
      await api.pipelines.versions.create({ id: pipelineId })
      await api.pipelines.rename({ id: pipelineId, name: 'Newer' })
      const { runId } = await api.runs.start({ pipelineId, versionNumber: 1 })
      expect(await finish(runId)).toMatchObject({ versionNumber: 1, pipelineName: 'Greetings' })
    })

    it('are read page by page, the same as they are watched', async () => {
      const { id: pipelineId } = await api.pipelines.create({ yaml: greetingYaml })
      const { runId } = await api.runs.start({ pipelineId })
      await finish(runId)
      const all = await api.runs.entries({ runId })
      expect(all.nextSeq).toBeNull()
      const pages = []
      for (let afterSeq: number | null = 0; afterSeq !== null;) {
        const page: typeof all = await api.runs.entries({ runId, afterSeq, limit: 3 })
        pages.push(...page.entries)
        afterSeq = page.nextSeq
      }
      expect(pages).toEqual(all.entries)
      const watched = []
      for await (const message of app.services.runs.watch(localScope, runId, 2, AbortSignal.timeout(5_000))) {
        if (message.kind === 'event') watched.push(message.entry)
      }
      expect(watched).toEqual(all.entries.slice(2))
    })

    it('do not start with wrong inputs, and say which', async () => {
      const { id: pipelineId } = await api.pipelines.create({ yaml: greetingYaml })
      await expect(api.runs.start({ pipelineId, inputs: { names: 'no list', other: 1 } })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        cause: { info: { details: { problems: [{ code: 'input-invalid' }, { code: 'input-invalid' }] } } },
      })
    })

    it('stop when they are cancelled', async () => {
      const document = {
        orchestrator: 1,
        name: 'Slow',
        steps: [{ id: 'a', type: 'data.transform', with: { code: 'while (true) {}' } }],
      }
      const { id: pipelineId } = await api.pipelines.create({ document })
      const { runId } = await api.runs.start({ pipelineId })
      for await (const message of app.services.runs.watch(localScope, runId, 0, AbortSignal.timeout(20_000))) {
        if (message.kind === 'event' && message.entry.event.type === 'step-started') await api.runs.cancel({ runId })
      }
      expect(await api.runs.get({ runId })).toMatchObject({ status: 'cancelled' })
    })
  })

  it('keeps settings that nobody changed, also those it does not know', async () => {
    await database.query(`update workspaces set settings = '{"later": 1}' where id = 'local'`)
    await api.settings.update({ settings: { allowPrivateNetwork: true } })
    await api.settings.update({ name: 'Workshop', settings: { defaultModel: 'openai/some' } })
    expect(await api.settings.get()).toMatchObject({
      name: 'Workshop',
      settings: { later: 1, allowPrivateNetwork: true, defaultModel: 'openai/some' },
    })
  })

  it('lets viewers look but not touch', async () => {
    const viewer = app.caller({ ...localScope, role: 'viewer' })
    const { id } = await api.pipelines.create({ name: 'Looked at' })
    expect(await viewer.pipelines.get({ id })).toMatchObject({ id })
    const forbidden = { code: 'FORBIDDEN' }
    await expect(viewer.pipelines.rename({ id, name: 'x' })).rejects.toMatchObject(forbidden)
    await expect(viewer.runs.start({ pipelineId: id })).rejects.toMatchObject(forbidden)
    await expect(viewer.settings.update({ name: 'x' })).rejects.toMatchObject(forbidden)
    await expect(viewer.files.delete({ path: newId() })).rejects.toMatchObject(forbidden)
  })
})

async function medianMs(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < 9; index += 1) {
    const started = performance.now()
    await work()
    times.push(performance.now() - started)
  }
  return times.toSorted((left, right) => left - right)[4] ?? Number.NaN
}
