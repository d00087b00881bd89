import { expect, test } from './fixtures/test.ts'

// The engine's own tests do this on both databases; here through the whole product, as a person has it.
test.use({ serverNeeds: { database: 'pglite', name: 'crash' } })

test('kill -9 in the middle of a map: the run goes on by itself and repeats no finished step', async ({
  server,
  api,
}) => {
  const items = 200
  const concurrency = 4
  const { id } = await api.pipelines.create.mutate({
    yaml: `
orchestrator: 1
name: Two hundred lines
steps:
  - id: each
    type: flow.map
    with: { items: "{{ range(${items}) | list }}", concurrency: ${concurrency} }
    steps:
      - { id: wait, type: data.transform, with: { input: "{{ item }}", code: "const end = Date.now() + 15; while (Date.now() < end) {} return input" } }
      - { id: line, type: file.write, needs: [wait], with: { path: lines.txt, content: "line {{ wait }}", append: true } }
`,
  })
  const readLines = async (): Promise<string[]> => {
    const answer = await fetch(`${server.url}/api/files/lines.txt`)
    return answer.ok ? (await answer.text()).split('\n').filter(Boolean) : []
  }
  const { runId } = await api.runs.start.mutate({ pipelineId: id })
  await expect.poll(async () => (await readLines()).length, { intervals: [20] }).toBeGreaterThan(40)
  await server.kill()

  await server.start()
  const before = await readLines()
  expect(before.length).toBeLessThan(items)
  await expect.poll(async () => (await api.runs.get.query({ runId })).status, { timeout: 60_000 }).toBe('succeeded')

  const after = await readLines()
  expect(new Set(after).size).toBe(items)
  expect(after.length - items).toBeLessThanOrEqual(concurrency)
  const { entries } = await api.runs.entries.query({ runId, limit: 5_000 })
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
  expect(entries.flatMap(({ event }) => (event.type === 'run-claimed' ? [event.epoch] : []))).toEqual([2])
  const finished = entries.flatMap(({ event }) => (event.type === 'step-succeeded' ? [event.path] : []))
  expect(new Set(finished).size).toBe(finished.length)
})
