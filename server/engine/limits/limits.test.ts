import { EventEmitter, once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { type Database, openDatabase } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import { afterEach, expect, it } from 'vitest'
import { openPresence } from '../presence.ts'
import { createMemoryLimits, type LimitPlace, type LimitRequest, type Limits, openLimits } from './limits.ts'

const never = new AbortController().signal
const request = (more: Partial<LimitRequest> = {}): LimitRequest => ({
  key: 'local/openai',
  priority: 0,
  concurrency: 2,
  rate: null,
  ...more,
})

describeEachDatabase('limits that steps share', (_open, { kind, place }) => {
  const onPostgres = kind === 'postgres' ? it : () => {}
  const closers: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  interface Worker {
    limits: Limits
    /** Statements and transactions so far. */
    asked(): string[]
    /** Resolves when it has looked for dead workers this often from now on. */
    watched(times: number): Promise<void>
    query: Database['query']
    /** As its death would: its lock is gone. */
    die(): Promise<void>
  }

  /** What one process has of them. */
  async function openWorker(at: Awaited<ReturnType<typeof place>>): Promise<Worker> {
    const asked: string[] = []
    const watches = new EventEmitter()
    const opened = await openDatabase(at)
    const database: Database = {
      ...opened,
      async query(text, parameters, name) {
        asked.push(name ?? text)
        const result = await opened.query<never>(text, parameters, name)
        if (name === 'limit-free-dead') watches.emit('watch')
        return result
      },
      transaction(work) {
        asked.push('transaction')
        return opened.transaction(work)
      },
    }
    closers.push(() => database.close())
    const presence = await openPresence(database, { onGone: async () => {}, onProblem: () => {} })
    closers.push(() => presence.close())
    const limits = await openLimits(database, { worker: () => presence.worker, onProblem: () => {} })
    closers.push(() => limits.close())
    asked.length = 0
    return {
      limits,
      asked: () => asked,
      async watched(times) {
        for (let count = 0; count < times; count += 1) await once(watches, 'watch')
      },
      query: opened.query,
      die: () => presence.close(),
    }
  }

  async function openWorkers(count: number): Promise<Pick<Worker, 'limits'>[]> {
    if (kind === 'pglite') return [{ limits: createMemoryLimits() }]
    return openProcesses(count)
  }

  async function openProcesses(count: number): Promise<Worker[]> {
    const at = await place()
    return Promise.all(Array.from({ length: count }, () => openWorker(at)))
  }

  it('give out no more places than there are, in all processes together', async () => {
    const workers = await openWorkers(2)
    let held = 0
    let peak = 0
    const order: number[] = []
    const use = async (index: number): Promise<void> => {
      const got = await workers[index % workers.length]!.limits.acquire(request({ concurrency: 3 }), never)
      held += 1
      peak = Math.max(peak, held)
      order.push(index)
      await turn()
      held -= 1
      got!.release()
    }
    await Promise.all(Array.from({ length: 40 }, (_, index) => use(index)))
    expect(order).toHaveLength(40)
    expect(peak).toBe(3)
  })

  it('give places by priority, then first come', async () => {
    const [worker] = await openWorkers(1)
    const limits = worker!.limits
    const first = await limits.acquire(request({ concurrency: 1 }), never)
    const order: string[] = []
    const wait = async (name: string, priority: number): Promise<void> => {
      const got = await limits.acquire(request({ concurrency: 1, priority }), never)
      order.push(name)
      got!.release()
    }
    const waits = [wait('one', 0), wait('two', 0), wait('low', -1), wait('high', 5), wait('three', 0)]
    first!.release()
    await Promise.all(waits)
    expect(order).toEqual(['high', 'one', 'two', 'three', 'low'])
  })

  it('keep to a rate in any span of time', async () => {
    const workers = await openWorkers(2)
    const at: number[] = []
    const use = async (index: number): Promise<void> => {
      const rate = { count: 4, perMs: 1_000 }
      const got = await workers[index % workers.length]!.limits.acquire(request({ concurrency: null, rate }), never)
      at.push(performance.now())
      got!.release()
    }
    await Promise.all(Array.from({ length: 12 }, (_, index) => use(index)))
    at.sort((left, right) => left - right)
    // Less than the span, because a place is heard of a little later than it is given.
    for (let index = 4; index < at.length; index += 1) expect(at[index]! - at[index - 4]!).toBeGreaterThan(700)
    expect(at.at(-1)! - at[0]!).toBeGreaterThan(1_900)
  })

  it('forget who gives up waiting, and whoever had a place without knowing', async () => {
    const workers = await openWorkers(2)
    const held = await workers[0]!.limits.acquire(request({ concurrency: 1 }), never)
    const stop = new AbortController()
    const impatient = workers.at(-1)!.limits.acquire(request({ concurrency: 1 }), stop.signal)
    const patient = workers.at(-1)!.limits.acquire(request({ concurrency: 1 }), never)
    stop.abort()
    expect(await impatient).toBeNull()
    const late = new AbortController()
    const torn = workers[0]!.limits.acquire(request({ concurrency: 1 }), late.signal)
    held!.release()
    late.abort()
    expect(await torn).toBeNull()
    ;(await patient)!.release()
    ;(await workers[0]!.limits.acquire(request({ concurrency: 1 }), never))!.release()
  })

  it('have nothing to do with other keys', async () => {
    const [worker] = await openWorkers(1)
    const held = await worker!.limits.acquire(request({ concurrency: 1 }), never)
    const other = await worker!.limits.acquire(request({ key: 'local/anthropic', concurrency: 1 }), never)
    other!.release()
    held!.release()
  })

  onPostgres('free the places of a worker that dies, and take nothing from one that lives', async () => {
    const [doomed, other] = await openProcesses(2)
    await doomed!.limits.acquire(request({ concurrency: 1 }), never)
    let got: LimitPlace | null = null
    const waiting = other!.limits.acquire(request({ concurrency: 1 }), never).then((granted) => (got = granted))
    await other!.watched(2)
    // A database that has just started is given time until its workers are back.
    const isYoung = `select 1 where pg_postmaster_start_time() > now() - interval '10 seconds'`
    while ((await doomed!.query(isYoung)).rows.length > 0) await other!.watched(1)
    await other!.watched(1)
    expect(got).toBeNull()
    const diedAt = performance.now()
    await doomed!.die()
    await waiting
    // About half a second; more only where the machine is busy.
    expect(performance.now() - diedAt).toBeLessThan(5_000)
    got!.release()
  })

  onPostgres('ask nothing of the database while nobody waits, and little while somebody does', async () => {
    const [holder, asker] = await openProcesses(2)
    const held = await holder!.limits.acquire(request({ concurrency: 1 }), never)
    expect(asker!.asked()).toEqual([])
    const stop = new AbortController()
    const waiting = asker!.limits.acquire(request({ concurrency: 1 }), stop.signal)
    await asker!.watched(6)
    // One look to get in line, and a small statement every half second.
    expect(asker!.asked().filter((name) => name !== 'engine-find-orphans').length).toBeLessThan(10)
    stop.abort()
    await waiting
    held!.release()
  })
})
