import { startFakeOpenAi } from '#server/models/testing/fake-openai.ts'
import type { FakeProvider } from '#server/models/testing/fake-server.ts'
import type { ApiClient } from './fixtures/api-client.ts'
import type { Studio } from './fixtures/studio.ts'
import { expect, test } from './fixtures/test.ts'

test.use({ serverNeeds: { database: 'postgres', name: 'restarted' } })

// A model that answers when it is told to holds the run where the test wants it.
let provider: FakeProvider
test.beforeEach(async ({ api }) => {
  provider = await startFakeOpenAi({ models: ['held'], held: true, reply: () => ({ text: 'slow but sure' }) })
  await api.settings.connections.save.mutate({
    name: 'slow',
    provider: 'openai-compatible',
    baseUrl: provider.baseUrl,
  })
})
test.afterEach(() => provider.close())

async function openPipeline(api: ApiClient, studio: Studio): Promise<void> {
  const { id } = await api.pipelines.create.mutate({
    yaml: `
orchestrator: 1
name: Slow in the middle
steps:
  - { id: ask, type: ai.generate, with: { model: slow/held, prompt: Go on } }
  - id: each
    type: flow.map
    needs: [ask]
    with: { items: "{{ range(20) | list }}", concurrency: 2 }
    steps:
      - { id: line, type: text.template, with: { template: "{{ ask.text }} {{ item }}" } }
  - { id: end, type: text.template, needs: [each], with: { template: "{{ each.items | length }} lines" } }
`,
  })
  await studio.open(id)
}

/** Reads the Events tab from its beginning to its end: the number and the words of each line. */
async function readEvents(studio: Studio): Promise<number[]> {
  await studio.openDrawer('Events')
  const list = studio.drawer.getByRole('region', { name: 'Events' })
  return list.evaluate(async (scroller) => {
    const numbers = new Set<number>()
    const read = () => {
      for (const row of scroller.querySelectorAll(':scope > div > div'))
        numbers.add(Number(row.firstElementChild!.textContent))
    }
    for (let top = 0; top <= scroller.scrollHeight; top += 100) {
      scroller.scrollTop = top
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      read()
    }
    return [...numbers].sort((left, right) => left - right)
  })
}

test('a window that was offline during a run shows all of it afterwards', async ({
  context,
  studio,
  api,
  stored,
  watch,
}) => {
  watch.announce(/ERR_INTERNET_DISCONNECTED/)
  await openPipeline(api, studio)
  const runId = await studio.run()
  await studio.expectStatus('ask', 'running')
  await context.setOffline(true)
  provider.release(100)
  await expect.poll(async () => (await stored.run(runId))['status'], { timeout: 30_000 }).toBe('succeeded')
  await context.setOffline(false)

  await studio.expectStatus('end', 'succeeded')
  await expect(studio.card('each')).toContainText('20 / 20')
  const events = await stored.events(runId)
  expect(await readEvents(studio)).toEqual(events.map(({ seq }) => seq))
})

test('a run outlives a restart of the server, and the open window follows it to its end', async ({
  studio,
  api,
  stored,
  server,
  watch,
}) => {
  // While the server is away nobody answers.
  watch.announce(
    /ERR_CONNECTION_REFUSED/,
    /ERR_INCOMPLETE_CHUNKED_ENCODING/,
    /ERR_CONNECTION_RESET/,
    /ERR_EMPTY_RESPONSE/,
  )
  await openPipeline(api, studio)
  const runId = await studio.run()
  await studio.expectStatus('ask', 'running')
  await expect.poll(() => provider.requests.filter(({ method }) => method === 'POST').length).toBeGreaterThan(0)
  expect(await server.stop()).toBe(0)
  await server.start()
  provider.release(100)

  await studio.expectStatus('end', 'succeeded', 60_000)
  await expect(studio.card('end')).toContainText('20 lines')
  await expect(studio.card('each')).toContainText('20 / 20')
  expect(await stored.run(runId)).toMatchObject({ status: 'succeeded' })
  const events = await stored.events(runId)
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  expect(await readEvents(studio)).toEqual(events.map(({ seq }) => seq))
  // An edit made after the restart reaches the server as well.
  await studio.select('end')
  await studio.typeExpression('with.template', 'later')
  await studio.expectSaved()
})

test('a run that is stopped ends at once, with what it was doing', async ({ studio, api, stored }) => {
  await openPipeline(api, studio)
  const runId = await studio.run()
  await studio.expectStatus('ask', 'running')
  provider.release(1)
  await expect(studio.card('ask')).toContainText('slow')
  await studio.openDrawer()
  await studio.drawer.getByRole('button', { name: 'Stop' }).click()
  await expect(studio.drawer.getByRole('status')).toContainText('Cancelled')
  await studio.expectStatus('ask', 'cancelled')
  await studio.expectStatus('end', 'skipped')
  expect(await stored.run(runId)).toMatchObject({ status: 'cancelled' })
  expect((await stored.events(runId)).at(-1)?.event.type).toBe('run-cancelled')
  await expect.poll(() => provider.abortedCount).toBeGreaterThan(0)
})
