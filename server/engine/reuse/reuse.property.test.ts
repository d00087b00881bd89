import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '#pipeline/events.ts'
import { foldRun } from '#pipeline/run-view.ts'
import type { Plan } from '../core/core.ts'
import { hashOf, Random } from '../core/testing/random.ts'
import { worldOfIds } from '../core/testing/world.ts'
import { carryOut, differences, randomPlan } from '../testing/carry-out.ts'
import { inlineValueStore } from '../value-store.ts'
import { Again } from './again.ts'
import { PastRun } from './past-run.ts'
import { pastEventOf } from './read-past-events.ts'
import { Reuse } from './reuse.ts'
import { containersAround } from './run-path.ts'

const runs = Number(process.env['ORCHESTRATOR_PROPERTY_RUNS'] ?? 150)
const seed = Number(process.env['ORCHESTRATOR_PROPERTY_SEED'] ?? Date.now() % 1_000_000_000)

function reuseOf(plan: Plan, journal: readonly JournalEntry[], from: readonly string[] | null) {
  const again = new Again(plan)
  for (const path of from ?? []) again.mark(path)
  const past = new PastRun(plan)
  for (const { seq, event } of journal) {
    const pastEvent = pastEventOf('past', seq, event)
    if (pastEvent) past.apply({ ...pastEvent, event, order: seq })
  }
  const fetch = (): never => expect.unreachable('every event is at hand')
  return { past, again, reuse: new Reuse(inlineValueStore, fetch, { past, again, keepsFailedItems: from !== null }) }
}

/** What the reference says of steps that are inside of a container that was taken over whole is not in the journal. */
function withoutTakenOver<Seen extends { seen: Map<string, unknown> }>(
  expected: Seen,
  journal: readonly JournalEntry[],
): Seen {
  const whole = new Set(
    journal.flatMap(({ event }) => ('reused' in event && event.reused === 'run' ? [event.path] : [])),
  )
  const seen = new Map([...expected.seen].filter(([path]) => !containersAround(path).some((each) => whole.has(each))))
  return { ...expected, seen }
}

describe('a re-run of a random nested pipeline', () => {
  it(`from any of its steps comes out as the whole run did, and carries out nothing that keeps (${runs} pipelines, seed ${seed})`, async () => {
    let reruns = 0
    let reused = 0
    const check = async (pipeline: number, size: number): Promise<void> => {
      const { plan, types, expected } = randomPlan(pipeline, size)
      const random = new Random(hashOf(pipeline, 'from'))
      const whole = await carryOut(plan, worldOfIds(pipeline, 1))
      const paths = [...foldRun(whole.journal).steps.keys()]
      let source = whole.journal
      for (let turn = 0; turn < 4 && paths.length > 0; turn += 1) {
        const from = paths[random.below(paths.length)]!
        const { past, again, reuse } = reuseOf(plan, source, [from])
        const rerun = await carryOut(plan, worldOfIds(pipeline, 100 + turn), [], { reuse })
        const wanted = withoutTakenOver(expected, rerun.journal)
        expect({ from, different: differences(rerun.journal, wanted, types) }).toEqual({ from, different: [] })
        const anew = new Set(rerun.journal.flatMap(({ event }) => (event.type === 'step-retried' ? [event.path] : [])))
        // A catch or finally follows from whatever of its try is carried out again, such as a failed step; a container that is
        // tried again does all of its work anew.
        const repeated = rerun.paths.filter(
          (path) =>
            !/_(catch|finally)\b/.test(path) &&
            again.standing(path) === 'free' &&
            past.endOf(path)?.type === 'step-succeeded' &&
            !past.endOf(path)!.leaks &&
            !containersAround(path).some((container) => anew.has(container)),
        )
        expect({ from, repeated }).toEqual({ from, repeated: [] })
        reruns += 1
        reused += rerun.journal.filter(({ event }) => 'reused' in event && event.reused === 'run').length
      }
      source = whole.journal
    }
    const cases = [fc.integer({ min: 0, max: 1_000_000_000 }), fc.integer({ min: 1, max: 14 })] as const
    await fc.assert(fc.asyncProperty(...cases, check), { numRuns: runs, seed })
    process.stdout.write(`reuse: ${runs} random pipelines, ${reruns} re-runs, ${reused} steps reused, seed ${seed}\n`)
  }, 86_400_000)
})
