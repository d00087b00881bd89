import { type Database, type DatabaseOptions, openDatabase } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import type { Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { createWorkers } from '#server/workers/workers.ts'
import { whyQueued } from '#server/workers/why-queued.ts'
import { afterEach, describe, expect, it } from 'vitest'
import type { EngineOptions } from './engine.ts'
import { labelsOf, parseLabels } from './run-labels.ts'
import { openTestEngine, type TestEngine } from './testing/test-engine.ts'

const document = (...steps: Step[]) => ({ orchestrator: 1 as const, name: 'labels', steps })

describe('labels', () => {
  it('are read from a list, sorted, each once', () => {
    expect(parseLabels(' gpu,eu  gpu,cuda_12.4 ')).toEqual(['cuda_12.4', 'eu', 'gpu'])
    expect(parseLabels(undefined)).toEqual([])
    expect(() => parseLabels('gpu,e/u')).toThrow('"e/u" is not a label')
  })

  it('of a run are those of every step, inside and in called pipelines, but not of steps that never run', () => {
    const manifests = new Map([['ocr', { labels: ['gpu'] }]])
    const inner: Step = { id: 'inner', type: 'plain', fallback: { type: 'ocr' } }
    const called = document({ id: 'a', type: 'plain', runs_on: ['eu'] })
    const off: Step = { id: 'off', type: 'plain', runs_on: ['mars'], disabled: true }
    const each: Step = { id: 'each', type: 'map', runs_on: ['big'], steps: [inner] }
    expect(labelsOf([document(each, off), called], manifests)).toEqual(['big', 'eu', 'gpu'])
    const wrong: Step = { id: 'each', type: 'map', steps: [{ id: 'inner', type: 'plain', runs_on: ['a b'] }] }
    expect(() => labelsOf([document(wrong)], manifests)).toThrow('step "each.inner" runs on "a b"')
  })
})

describeEachDatabase('runs that need labels', (open, { kind, place }) => {
  const closers: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })
  const openEngine = async (database: Database, more: Partial<EngineOptions>): Promise<TestEngine> => {
    const engine = await openTestEngine(database, more)
    closers.push(() => engine.close())
    return engine
  }
  const needs = (...labels: string[]): Step[] => [
    { id: 'step', type: 'test.write', with: { value: labels.join(',') }, runs_on: labels },
  ]

  it('wait, and say so, until somebody has them all', async () => {
    const database = await open()
    const first = await openTestEngine(database, { labels: ['eu'] })
    const runId = await first.start(needs('gpu', 'eu'))
    await first.run(needs('eu'))
    await first.run(needs())
    expect(first.world.written).toEqual(['eu', ''])
    expect(await whyQueued(database.query, runId)).toMatchObject({
      code: 'worker-missing',
      message: 'no worker has the label gpu',
      details: { labels: ['eu', 'gpu'] },
    })
    const { queues, workers } = await createWorkers(database).list(localScope)
    expect(queues).toMatchObject([
      { labels: [], waiting: 0, workers: 1 },
      { labels: ['eu', 'gpu'], waiting: 1, oldestAt: expect.any(String), workers: 0 },
    ])
    expect(workers).toMatchObject([{ labels: ['eu'], state: 'working', role: 'all', maxRuns: 100 }])
    await first.close()

    const second = await openEngine(database, { labels: ['gpu', 'eu', 'big'] })
    expect((await second.ended(runId)).status).toBe('succeeded')
    expect(second.world.written).toEqual(['gpu,eu'])
    expect(await whyQueued(database.query, runId)).toBeNull()
  })

  // The embedded database has one process.
  const onPostgres = kind === 'postgres' ? it : () => {}
  onPostgres('go to the workers that have them, and those without to all', async () => {
    const shared: DatabaseOptions = await place()
    const connect = async (): Promise<Database> => {
      const database = await openDatabase(shared)
      closers.push(() => database.close())
      return database
    }
    const web = await openEngine(await connect(), { role: 'web' })
    const plain = await openEngine(await connect(), { role: 'worker' })
    const early = await web.start(needs('gpu'))
    expect((await web.run(needs())).status).toBe('succeeded')
    const gpu = await openEngine(await connect(), { role: 'worker', labels: ['gpu'] })
    expect((await web.ended(early)).status).toBe('succeeded')
    // Queues are made by whoever starts the first run with such labels: it must be heard of at once.
    const runs = await Promise.all([web.run(needs('gpu')), web.run(needs('gpu')), web.run(needs('gpu'))])
    expect(runs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(plain.world.written).not.toContain('gpu')
    expect(gpu.world.written.filter((value) => value === 'gpu')).toHaveLength(4)
    const listed = await createWorkers(await connect()).list(localScope)
    expect(listed.workers.map(({ role }) => role)).toEqual(['worker', 'worker', 'web'])
    expect(listed.workers[1]).toMatchObject({ labels: ['gpu'], state: 'working' })
  })
})
