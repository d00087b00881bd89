import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JournalEntry, RunEvent } from '#pipeline/events.ts'
import { decide, findNode, initialState, type Plan, type RunState } from './core/core.ts'
import { attemptEnds, executionOf } from './core/testing/simulation.ts'
import { worldOfIds } from './core/testing/world.ts'
import { carryOut, differences, randomPlan } from './testing/carry-out.ts'

const runs = Number(process.env['ORCHESTRATOR_PROPERTY_RUNS'] ?? 60)
const seed = Number(process.env['ORCHESTRATOR_PROPERTY_SEED'] ?? Date.now() % 1_000_000_000)

/** The attempts that a journal says are over. */
function completedIn(plan: Plan, journal: readonly JournalEntry[]): Set<string> {
  const state: RunState = initialState(plan)
  const completed = new Set<string>()
  for (const entry of journal) {
    const { event } = entry
    const node = isEnd(event) ? findNode(state, event.path) : undefined
    if (node) completed.add(executionOf(node, node.attempt))
    decide(state, entry)
  }
  return completed
}

const isEnd = (event: RunEvent): event is RunEvent & { path: string } => attemptEnds.has(event.type)

describe('the executor, over random nested pipelines of real step types', () => {
  it(`does what the naive interpreter does, and goes on from every position of the journal without repeating a completed step (${runs} pipelines, seed ${seed})`, async () => {
    let positions = 0
    const check = async (pipeline: number, size: number): Promise<void> => {
      const { plan, types, expected } = randomPlan(pipeline, size)
      const whole = await carryOut(plan, worldOfIds(pipeline, 1))
      expect(differences(whole.journal, expected, types)).toEqual([])
      for (let length = 1; length < whole.journal.length; length += 1) {
        const prefix = whole.journal.slice(0, length)
        const resumed = await carryOut(plan, worldOfIds(pipeline, length), prefix)
        expect(differences(resumed.journal, expected, types)).toEqual([])
        const completed = completedIn(plan, prefix)
        expect(resumed.started.filter((execution) => completed.has(execution))).toEqual([])
        expect(new Set(resumed.started).size).toBe(resumed.started.length)
        positions += 1
      }
    }
    const cases = [fc.integer({ min: 0, max: 1_000_000_000 }), fc.integer({ min: 1, max: 12 })] as const
    await fc.assert(fc.asyncProperty(...cases, check), { numRuns: runs, seed })
    process.stdout.write(`executor: ${runs} random pipelines, ${positions} crashes, seed ${seed}\n`)
  }, 86_400_000)
})
