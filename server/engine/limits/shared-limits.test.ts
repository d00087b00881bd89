import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as answerTime } from 'node:timers/promises'
import { type DatabaseOptions, openDatabase } from '#db/client.ts'
import { createPlaces } from '#db/testing/places.ts'
import type { Step, StepLimit } from '#pipeline/document.ts'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestEngine, type TestEngine } from '../testing/test-engine.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import type { LimitChildOptions } from '../testing/limit-child.ts'
import { createTestSteps, createTestWorld } from '../testing/test-steps.ts'
import { httpRequest } from '#server/steps/http-request.ts'

const childFile = new URL('../testing/limit-child.ts', import.meta.url).pathname

describe('limits shared by worker processes on one PostgreSQL, counted at the server', () => {
  const places = createPlaces('postgres')
  const children: ChildProcess[] = []
  const closers: (() => Promise<unknown>)[] = []
  let place: DatabaseOptions
  let web: TestEngine
  let server: TestServer

  beforeEach(async () => {
    place = await places.make()
    const database = await openDatabase(place)
    closers.push(() => database.close())
    const world = createTestWorld()
    const steps = new Map([...createTestSteps(world), [httpRequest.manifest.type, httpRequest]])
    web = await openTestEngine(database, { role: 'web', world, steps })
    closers.push(() => web.close())
    server = await startTestServer(async (_request, response) => {
      await answerTime(30)
      response.end('ok')
    })
    closers.push(() => server.close())
  })
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.stdin!.end()
      await once(child, 'exit')
    }
    for (const close of closers.splice(0).reverse()) await close()
  })
  afterAll(() => places.remove())

  async function startWorker(): Promise<ChildProcess> {
    const options: LimitChildOptions = { place }
    const child = spawn(process.execPath, [childFile, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] })
    children.push(child)
    await once(child.stdout!, 'data')
    return child
  }

  const calls = (count: number, limit: StepLimit): Step[] => [
    {
      id: 'each',
      type: 'flow.map',
      with: { items: Array.from({ length: count }, (_, index) => index), concurrency: 20 },
      steps: [{ id: 'call', type: 'http.request', with: { url: `${server.url}/{{ item }}` }, limit }],
    },
  ]

  it('have no more steps at work than places, whatever process they are in', { timeout: 90_000 }, async () => {
    await Promise.all([startWorker(), startWorker()])
    const limit = { key: 'provider-{{ 1 + 1 }}', concurrency: 3 }
    const runs = await Promise.all([1, 2, 3, 4].map(() => web.start(calls(25, limit))))
    for (const runId of runs) expect((await web.ended(runId)).status).toBe('succeeded')
    expect(server.seen).toHaveLength(100)
    expect(server.peak).toBe(3)
  })

  it('begin no more steps in any span than the rate says', { timeout: 90_000 }, async () => {
    await Promise.all([startWorker(), startWorker()])
    const limit = { key: 'provider', rate: '10/s' }
    const runs = await Promise.all([1, 2].map(() => web.start(calls(25, limit))))
    for (const runId of runs) expect((await web.ended(runId)).status).toBe('succeeded')
    const times = server.seen.map(({ at }) => at).toSorted((left, right) => left - right)
    expect(times).toHaveLength(50)
    // What it takes from being let through to the server differs, on a busy machine by a good part of a second.
    for (let index = 10; index < times.length; index += 1) {
      expect(times[index]! - times[index - 10]!).toBeGreaterThan(700)
    }
    // Over the whole time that evens out: five spans of ten.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(3_800)
  })

  it('get the places of a killed process back, and its runs go on', { timeout: 90_000 }, async () => {
    const doomed = await startWorker()
    const runs = await Promise.all([1, 2].map(() => web.start(calls(20, { key: 'provider', concurrency: 2 }))))
    while (server.seen.length < 5) await once(server.arrivals, 'request')
    const other = await startWorker()
    doomed.kill('SIGKILL')
    await once(doomed, 'exit')
    for (const runId of runs) expect((await web.ended(runId)).status).toBe('succeeded')
    expect(other.exitCode).toBeNull()
    // Requests of the killed process may still be answered while the other begins.
    expect(server.peak).toBeLessThanOrEqual(4)
    expect(new Set(server.seen.map(({ path }) => path)).size).toBe(20)
  })
})
