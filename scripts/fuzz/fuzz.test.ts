import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fuzzInput, fuzzKinds } from './inputs.ts'
import { runFuzz } from './run-fuzz.ts'

describe.each(fuzzKinds)('random %s', (kind) => {
  it('neither crash nor hang', async () => {
    const report = await runFuzz({ kind, count: 1_000, seed: 20_261_123, hangMs: 120_000 })
    expect(report.findings).toEqual([])
    expect(report.done).toBe(1_000)
  }, 600_000)

  it('are the same for the same seed, and others for another', () => {
    const inputs = (seed: number) => Array.from({ length: 20 }, (_, index) => fuzzInput(kind, seed, index))
    expect(inputs(7)).toEqual(inputs(7))
    expect(inputs(7)).not.toEqual(inputs(8))
  })
})

describe('the watch over the thread', () => {
  it('reports inputs that hang or end the thread, and goes on with the next', async () => {
    const thread = join(import.meta.dirname, 'hanging-thread.fixture.ts')
    const report = await runFuzz({ kind: 'expressions', count: 9, seed: 1, hangMs: 300, thread })
    expect(report).toMatchObject({
      done: 9,
      findings: [
        { index: 3, kind: 'hang', input: fuzzInput('expressions', 1, 3) },
        { index: 5, kind: 'broken', error: expect.stringContaining('died') },
      ],
    })
  })
})
