import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { JournalEntry } from '#pipeline/events.ts'

let dataDir: string
let server: ChildProcess
let url: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'orchestrator-serve-'))
})
afterAll(async () => {
  server.kill('SIGKILL')
  await rm(dataDir, { recursive: true, force: true })
})

/** Starts the server on the data; resolves when it says that it is ready. */
async function start(): Promise<void> {
  server = spawn(process.execPath, [join(import.meta.dirname, 'serve-web.fixture.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ORCHESTRATOR_DATA: dataDir, DATABASE_URL: '', PORT: '0', HOST: '127.0.0.1' },
  })
  let printed = ''
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${printed}`)))
    server.stdout!.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      const ready = /ready at (\S+)/.exec(printed)
      if (!ready) return
      url = ready[1]!
      resolve()
    })
  })
}

async function call<Data>(procedure: string, input: unknown, method: 'GET' | 'POST'): Promise<Data> {
  const query = method === 'GET' ? `?input=${encodeURIComponent(JSON.stringify(input))}` : ''
  const answer = await fetch(`${url}/api/trpc/${procedure}${query}`, {
    method,
    ...(method === 'POST' && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) }),
  })
  const body = (await answer.json()) as { result: { data: Data } }
  expect(answer.status, JSON.stringify(body)).toBe(200)
  return body.result.data
}

const items = 40
const concurrency = 3
const yaml = `
orchestrator: 1
name: Lines
steps:
  - id: each
    type: flow.map
    with: { items: "{{ range(${items}) | list }}", concurrency: ${concurrency} }
    steps:
      - { id: wait, type: data.transform, with: { input: "{{ item }}", code: "const end = Date.now() + 40; while (Date.now() < end) {} return input" } }
      - { id: line, type: file.write, needs: [wait], with: { path: lines.txt, content: "line {{ wait }}", append: true } }
`

describe('Ctrl-C during a run', () => {
  const readLines = async (): Promise<string[]> => {
    const answer = await fetch(`${url}/api/files/lines.txt`)
    return answer.ok ? (await answer.text()).split('\n').filter(Boolean) : []
  }

  it('ends the process with 0, and the next start finishes the run without repeating a step', async () => {
    await start()
    const { id: pipelineId } = await call<{ id: string }>('pipelines.create', { yaml }, 'POST')
    const { runId } = await call<{ runId: string }>('runs.start', { pipelineId, inputs: {} }, 'POST')
    await vi.waitFor(async () => expect((await readLines()).length).toBeGreaterThan(6), { timeout: 30_000 })
    server.kill('SIGINT')
    expect(await once(server, 'exit')).toEqual([0, null])

    await start()
    const finished = async (): Promise<void> => {
      expect(await call('runs.get', { runId }, 'GET')).toMatchObject({ status: 'succeeded' })
    }
    await vi.waitFor(finished, { timeout: 60_000, interval: 200 })
    const { entries } = await call<{ entries: JournalEntry[] }>('runs.entries', { runId, limit: 5_000 }, 'GET')
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
    const resumedAt = entries.findIndex(({ event }) => event.type === 'run-claimed')
    const pathsOf = (type: string, part: JournalEntry[]): string[] =>
      part.flatMap(({ event }) => (event.type === type && 'path' in event && event.path ? [event.path] : []))
    const finishedBefore = pathsOf('step-succeeded', entries.slice(0, resumedAt))
    const startedAfter = new Set(pathsOf('step-started', entries.slice(resumedAt)))
    expect(finishedBefore.length).toBeGreaterThan(6)
    expect(finishedBefore.length).toBeLessThan(items * 2)
    expect(finishedBefore.filter((path) => startedAfter.has(path))).toEqual([])
    const succeeded = pathsOf('step-succeeded', entries)
    expect(new Set(succeeded).size).toBe(succeeded.length)
    const lines = await readLines()
    expect(new Set(lines).size).toBe(items)
    // Only a line whose writing was under way may be there twice.
    expect(lines.length).toBeLessThanOrEqual(items + concurrency)

    server.kill('SIGTERM')
    expect(await once(server, 'exit')).toEqual([0, null])
  }, 120_000)
})
