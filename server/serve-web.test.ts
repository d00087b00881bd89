import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { JournalEntry } from '#pipeline/events.ts'
import { type ServerProcess, startServer } from './cli/testing/server-process.ts'

let folder: string
let server: ServerProcess
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchestrator-serve-'))
})
afterAll(async () => {
  await server.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

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
    const answer = await fetch(`${server.url}/api/files/lines.txt`)
    return answer.ok ? (await answer.text()).split('\n').filter(Boolean) : []
  }

  it('ends the process with 0, and the next start finishes the run without repeating a step', async () => {
    server = await startServer(folder)
    const { id: pipelineId } = await server.call<{ id: string }>('pipelines.create', { yaml }, 'POST')
    const { runId } = await server.call<{ runId: string }>('runs.start', { pipelineId, inputs: {} }, 'POST')
    await vi.waitFor(async () => expect((await readLines()).length).toBeGreaterThan(6), { timeout: 30_000 })
    expect(await server.kill('SIGINT')).toBe(0)

    server = await startServer(folder)
    const finished = async (): Promise<void> => {
      expect(await server.call('runs.get', { runId }, 'GET')).toMatchObject({ status: 'succeeded' })
    }
    await vi.waitFor(finished, { timeout: 60_000, interval: 200 })
    const { entries } = await server.call<{ entries: JournalEntry[] }>('runs.entries', { runId, limit: 5_000 }, 'GET')
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

    expect(await server.kill('SIGTERM')).toBe(0)
  }, 120_000)
})
