import { TRPCError } from '@trpc/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEachDatabase } from '#db/testing.ts'
import { localScope } from '#server/auth/scope.ts'
import { appRouter } from './router.ts'
import { greetingYaml, openTestApp, outsiderScope, type TestApp } from './testing/open-test-app.ts'

/** What a stranger may not find: ids of the local workspace. */
interface Secrets {
  pipelineId: string
  deletedId: string
  runId: string
  /** Of an open question. */
  waitId: string
}

/** `not-found`: asking is refused. Else a check of the answer, which must say nothing of the local workspace. */
type Case =
  | { input: (secrets: Secrets) => unknown; expects: 'not-found' | ((answer: unknown) => void) }
  | 'tested apart'

const id = ({ pipelineId }: Secrets) => ({ id: pipelineId })
const isEmptyPage = (answer: unknown) => expect(answer).toEqual({ items: [], nextCursor: null })
const isEmptyList = (answer: unknown) => expect(answer).toEqual([])

/** One line per procedure: a new one without a line here fails the first test below. */
const cases: Record<string, Case> = {
  'pipelines.list': { input: () => ({}), expects: isEmptyPage },
  'pipelines.get': { input: id, expects: 'not-found' },
  'pipelines.create': {
    input: () => ({ name: 'Mine' }),
    expects: (answer) => expect(answer).toMatchObject({ name: 'Mine' }),
  },
  'pipelines.duplicate': { input: id, expects: 'not-found' },
  'pipelines.rename': { input: (secrets) => ({ ...id(secrets), name: 'Taken' }), expects: 'not-found' },
  'pipelines.delete': { input: id, expects: 'not-found' },
  'pipelines.restore': { input: ({ deletedId }) => ({ id: deletedId }), expects: 'not-found' },
  'pipelines.validate': {
    input: () => ({ yaml: greetingYaml }),
    expects: (answer) => expect(answer).toMatchObject({ problems: [] }),
  },
  'pipelines.exportYaml': { input: id, expects: 'not-found' },
  'pipelines.draft.load': { input: id, expects: 'not-found' },
  'pipelines.draft.push': {
    input: (secrets) => ({ ...id(secrets), client: 'x', update: 'AAA=' }),
    expects: 'not-found',
  },
  'pipelines.draft.changes': { input: id, expects: 'not-found' },
  'pipelines.versions.list': { input: id, expects: 'not-found' },
  'pipelines.versions.create': { input: id, expects: 'not-found' },
  'pipelines.versions.get': { input: (secrets) => ({ ...id(secrets), number: 1 }), expects: 'not-found' },
  'runs.start': { input: ({ pipelineId }) => ({ pipelineId }), expects: 'not-found' },
  'runs.cancel': { input: ({ runId }) => ({ runId }), expects: 'not-found' },
  'runs.view': { input: ({ runId }) => ({ runId }), expects: 'not-found' },
  'runs.items': { input: ({ runId }) => ({ runId, path: 'each' }), expects: 'not-found' },
  'runs.keep': { input: ({ runId }) => ({ runId, keep: true }), expects: 'not-found' },
  'runs.retry': { input: ({ runId }) => ({ runId }), expects: 'not-found' },
  'runs.rerunFrom': { input: ({ runId }) => ({ runId, path: 'all' }), expects: 'not-found' },
  'runs.runTo': { input: ({ pipelineId }) => ({ pipelineId, path: 'all' }), expects: 'not-found' },
  'runs.runStep': { input: ({ pipelineId }) => ({ pipelineId, path: 'all' }), expects: 'not-found' },
  'runs.pause': { input: ({ runId }) => ({ runId }), expects: 'not-found' },
  'runs.resume': { input: ({ runId }) => ({ runId }), expects: 'not-found' },
  'runs.editValue': { input: ({ runId }) => ({ runId, path: 'all', value: 1 }), expects: 'not-found' },
  'runs.setBreakpoints': { input: ({ runId }) => ({ runId, breakpoints: [] }), expects: 'not-found' },
  'pins.list': { input: ({ pipelineId }) => ({ pipelineId }), expects: 'not-found' },
  'pins.set': { input: ({ pipelineId }) => ({ pipelineId, path: 'all', value: 1 }), expects: 'not-found' },
  'pins.remove': { input: ({ pipelineId }) => ({ pipelineId, path: 'all' }), expects: 'not-found' },
  'runs.get': { input: ({ runId }) => ({ runId }), expects: 'not-found' },
  'runs.entries': { input: ({ runId }) => ({ runId }), expects: 'not-found' },
  'runs.list': { input: ({ pipelineId }) => ({ pipelineId }), expects: isEmptyPage },
  'runs.partOf': { input: ({ runId }) => ({ runId, path: 'each[0].a' }), expects: 'not-found' },
  'runs.events': { input: ({ runId }) => ({ runId }), expects: 'not-found' },
  'runs.changes': 'tested apart',
  'runs.value': { input: ({ runId }) => ({ runId, path: 'all' }), expects: 'not-found' },
  'workers.list': {
    input: () => undefined,
    expects: (answer) => expect(answer).toMatchObject({ queues: [{ labels: [], waiting: 0, running: 0 }] }),
  },
  'waits.list': {
    input: ({ runId }) => ({ runId }),
    expects: (answer) => expect(answer).toMatchObject({ items: [], total: 0 }),
  },
  'waits.get': { input: ({ waitId }) => ({ id: waitId }), expects: 'not-found' },
  'waits.answer': { input: ({ waitId }) => ({ id: waitId, answer: { kind: 'approve' } }), expects: 'not-found' },
  // Whoever has the token may; what it shows and does is tested with the service.
  'waits.byToken': { input: () => ({ token: 'guessed' }), expects: 'not-found' },
  'waits.answerByToken': { input: () => ({ token: 'guessed', answer: { kind: 'approve' } }), expects: 'not-found' },
  'waits.sendEvent': {
    input: () => ({ name: 'local-event' }),
    expects: (answer) => expect(answer).toMatchObject({ reached: 0 }),
  },
  'waits.changes': { input: () => ({}), expects: (answer) => expect(answer).toEqual({ open: 0 }) },
  'steps.manifests': { input: () => undefined, expects: (answer) => expect(answer).toBeInstanceOf(Array) },
  'files.list': { input: () => ({}), expects: isEmptyList },
  'files.delete': { input: () => ({ path: 'secret.txt' }), expects: 'not-found' },
  'files.rename': { input: () => ({ from: 'secret.txt', to: 'mine.txt' }), expects: 'not-found' },
  'settings.get': { input: () => undefined, expects: (answer) => expect(answer).toMatchObject({ id: 'elsewhere' }) },
  'settings.update': {
    input: () => ({ name: 'Renamed' }),
    expects: (answer) => expect(answer).toMatchObject({ id: 'elsewhere', name: 'Renamed' }),
  },
  'settings.retention': {
    input: () => undefined,
    expects: (answer) => expect(answer).toMatchObject({ runs: 0 }),
  },
  'settings.sweep': {
    input: () => undefined,
    expects: (answer) => expect(JSON.stringify(answer)).not.toContain('local'),
  },
  'settings.connections.list': { input: () => undefined, expects: isEmptyList },
  'settings.connections.save': {
    input: () => ({ name: 'secret', provider: 'openai', secret: 'sk-of-the-stranger' }),
    expects: (answer) => expect(answer).toMatchObject({ name: 'secret' }),
  },
  'settings.connections.remove': { input: () => ({ name: 'only-local' }), expects: 'not-found' },
  'settings.connections.test': { input: () => ({ name: 'only-local' }), expects: 'not-found' },
  'settings.models.list': { input: () => ({}), expects: (answer) => expect(answer).toBeInstanceOf(Array) },
  'system.info': {
    input: () => undefined,
    expects: (answer) => expect(answer).toMatchObject({ welcomePipelineId: null }),
  },
  live: {
    input: ({ runId }) => ({ topics: [{ kind: 'run', runId, afterSeq: 0 }] }),
    expects: (answer) =>
      expect(answer).toMatchObject([expect.anything(), { topic: 'end', reason: 'not-found' }, expect.anything()]),
  },
}

const askingYaml = `
orchestrator: 1
name: Asking
steps:
  - { id: event, type: flow.wait, with: { event: local-event } }
  - { id: ask, type: flow.approval, with: { title: Only for us? } }
`

/** A run that waits for a person and an event, of a pipeline that is gone; gives the id of its question. */
async function askIn(own: ReturnType<TestApp['caller']>): Promise<string> {
  const { id: pipelineId } = await own.pipelines.create({ yaml: askingYaml })
  const changes = (await own.waits.changes({}))[Symbol.asyncIterator]()
  const { runId } = await own.runs.start({ pipelineId })
  for (let next = await changes.next(); next.value?.open !== 1; next = await changes.next());
  await changes.return?.(undefined)
  await own.pipelines.delete({ id: pipelineId })
  return (await own.waits.list({ runId })).items[0]!.id
}

type AnyCall = (input: unknown) => Promise<unknown>

describeEachDatabase('someone of another workspace', (open) => {
  let app: TestApp
  let secrets: Secrets
  const opened = { runs: 0 }

  beforeAll(async () => {
    const database = await open()
    app = await openTestApp(database)
    const own = app.caller()
    const { id: pipelineId } = await own.pipelines.create({ yaml: greetingYaml })
    await own.pipelines.versions.create({ id: pipelineId })
    const { id: deletedId } = await own.pipelines.create({ name: 'Deleted' })
    await own.pipelines.delete({ id: deletedId })
    const { runId } = await own.runs.start({ pipelineId })
    for await (const _ of await own.runs.events({ runId })) opened.runs += 1
    await app.services.files.write(localScope, 'secret.txt', 'of the local workspace')
    await own.settings.connections.save({ name: 'only-local', provider: 'openai', secret: 'sk-of-the-owner' })
    const waitId = await askIn(own)
    secrets = { pipelineId, deletedId, runId, waitId }
  })
  afterAll(() => app.close())

  it('is asked about in every procedure there is', () => {
    expect(Object.keys(cases).toSorted()).toEqual(Object.keys(appRouter._def.procedures).toSorted())
  })

  it('stands beside an owner who does find it all', async () => {
    const own = app.caller()
    expect((await own.pipelines.list({})).items.map((item) => item.id)).toEqual([secrets.pipelineId])
    expect((await own.runs.value({ runId: secrets.runId, path: 'all' })).value).toBe('Hello Ada, Hello Alan')
    expect(await own.files.list({})).toMatchObject([{ path: 'secret.txt' }])
    expect(opened.runs).toBeGreaterThan(0)
  })

  it.each(Object.entries(cases))('%s tells them nothing', async (path, given) => {
    if (given === 'tested apart') return
    const { input, expects } = given
    const call = path
      .split('.')
      .reduce<unknown>((level, name) => (level as Record<string, unknown>)[name], app.caller(outsiderScope)) as AnyCall
    const answer = call(input(secrets)).then(firstOf)
    if (expects === 'not-found') {
      const error = await answer.then(
        () => null,
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(TRPCError)
      expect((error as TRPCError).code).toBe('NOT_FOUND')
    } else expects(await answer)
  })

  it('runs.changes tells them of their own runs only', async () => {
    const heard = app.caller(outsiderScope).runs.changes()
    const first = (await heard)[Symbol.asyncIterator]().next()
    await app.caller().runs.start({ pipelineId: secrets.pipelineId })
    const stranger = app.caller(outsiderScope)
    const { id: pipelineId } = await stranger.pipelines.create({ yaml: greetingYaml, name: 'Of the stranger' })
    await stranger.runs.start({ pipelineId })
    expect((await first).value).toMatchObject({ pipelineName: 'Of the stranger' })
  })

  it('has left everything as it was', async () => {
    const own = app.caller()
    expect(await own.pipelines.get({ id: secrets.pipelineId })).toMatchObject({ name: 'Greetings', latestVersion: 1 })
    expect((await own.settings.get()).name).not.toBe('Renamed')
    expect(await own.settings.connections.list()).toMatchObject([{ name: 'only-local' }])
  })
})

/** The answer, or the first message of a stream. */
async function firstOf(answer: unknown): Promise<unknown> {
  if (typeof answer !== 'object' || answer === null || !(Symbol.asyncIterator in answer)) return answer
  return (await (answer as AsyncIterable<unknown>)[Symbol.asyncIterator]().next()).value
}
