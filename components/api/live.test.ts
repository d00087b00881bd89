import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from '@trpc/client'
import { EventSource } from 'eventsource'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase, type Database } from '#db/client.ts'
import type { AppRouter } from '#server/api/router.ts'
import { greetingYaml, openTestApp, type TestApp } from '#server/api/testing/open-test-app.ts'
import { startWebServer, type WebServer } from '#server/http/web-server.ts'
import { LiveStream, type LiveMessage } from './live.ts'

let database: Database
let app: TestApp
let web: WebServer

const serve = (port: number) =>
  startWebServer({
    services: app.services,
    files: async (_request, response) => void response.end(),
    host: '127.0.0.1',
    port,
    allowedHosts: [],
    development: false,
  })

beforeAll(async () => {
  database = await openDatabase({ memory: true })
  app = await openTestApp(database)
  web = await serve(0)
})
afterAll(async () => {
  await web.close()
  await app.close()
  await database.close()
})

function openTab(): LiveStream {
  const url = `${web.url}/api/trpc`
  return new LiveStream(
    createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: (operation) => operation.type === 'subscription',
          true: httpSubscriptionLink({ url, EventSource }),
          false: httpBatchLink({ url }),
        }),
      ],
    }),
  )
}

/** Messages of a topic, and a way to wait until there are so many. */
function collect(tab: LiveStream, topic: Parameters<LiveStream['subscribe']>[0]) {
  const messages: LiveMessage[] = []
  let check: () => void = () => undefined
  const stop = tab.subscribe(topic, (message) => {
    messages.push(message)
    check()
  })
  const until = (done: (messages: LiveMessage[]) => boolean): Promise<void> =>
    new Promise((resolve) => {
      check = () => {
        if (done(messages)) resolve()
      }
      check()
    })
  return { messages, stop, until }
}

const draftSeqs = (messages: LiveMessage[]) =>
  messages.flatMap((message) => (message.topic === 'draft' ? [message.seq] : []))

it('hears a draft without a gap or a double while other topics come and go', async () => {
  const api = app.caller()
  const { id } = await api.pipelines.create({ yaml: greetingYaml })
  const tab = openTab()
  const draft = collect(tab, { kind: 'draft', pipelineId: id, afterSeq: 0 })
  for (let round = 1; round <= 5; round += 1) {
    const { runId } = await api.runs.start({ pipelineId: id })
    const run = collect(tab, { kind: 'run', runId, afterSeq: 0 })
    await api.pipelines.rename({ id, name: `Name ${round}` })
    await run.until((messages) => messages.some((message) => message.topic === 'end'))
    const seqs = run.messages.flatMap((message) =>
      message.topic === 'run' && message.kind === 'event' ? [message.entry.seq] : [],
    )
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => index + 1))
    run.stop()
  }
  await draft.until((messages) => messages.length >= 5)
  expect(draftSeqs(draft.messages)).toEqual([1, 2, 3, 4, 5])
  draft.stop()
})

it('goes on where it was when the server comes back', async () => {
  const api = app.caller()
  const { id } = await api.pipelines.create({ name: 'Restarted' })
  const tab = openTab()
  const draft = collect(tab, { kind: 'draft', pipelineId: id, afterSeq: 0 })
  await api.pipelines.rename({ id, name: 'one' })
  await draft.until((messages) => messages.length === 1)
  const { port } = web
  await web.close()
  await api.pipelines.rename({ id, name: 'two' })
  web = await serve(port)
  await api.pipelines.rename({ id, name: 'three' })
  await draft.until((messages) => messages.length === 3)
  expect(draftSeqs(draft.messages)).toEqual([1, 2, 3])
  draft.stop()
})

it('gives each subscriber of one topic only what it does not have', async () => {
  const api = app.caller()
  const { id } = await api.pipelines.create({ name: 'Shared' })
  for (const name of ['one', 'two']) await api.pipelines.rename({ id, name })
  const tab = openTab()
  const all = collect(tab, { kind: 'draft', pipelineId: id, afterSeq: 0 })
  const rest = collect(tab, { kind: 'draft', pipelineId: id, afterSeq: 1 })
  await all.until((messages) => messages.length === 2)
  await rest.until((messages) => messages.length === 1)
  expect([draftSeqs(all.messages), draftSeqs(rest.messages)]).toEqual([[1, 2], [2]])
  all.stop()
  rest.stop()
})

it('says that a topic is not there, and leaves the others alone', async () => {
  const tab = openTab()
  const missing = collect(tab, { kind: 'run', runId: 'none', afterSeq: 0 })
  const runs = collect(tab, { kind: 'runs' })
  await missing.until((messages) => messages.length === 1)
  expect(missing.messages).toEqual([{ topic: 'end', id: 'none', reason: 'not-found' }])
  const api = app.caller()
  const { id } = await api.pipelines.create({ yaml: greetingYaml, name: 'Heard of' })
  await api.runs.start({ pipelineId: id })
  await runs.until((messages) =>
    messages.some((message) => message.topic === 'runs' && message.run.pipelineName === 'Heard of'),
  )
  runs.stop()
})
