import type { JournalEntry } from '#pipeline/events.ts'
import { foldRun } from '#pipeline/run-view.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Command } from './commands.ts'
import { decide } from './decide.ts'
import { initialState } from './state.ts'
import { arbitraryRun } from './testing/arbitrary-run.ts'
import { interpret, type ReferenceStep } from './testing/reference.ts'
import { Simulation, valueOf } from './testing/simulation.ts'

/** What the journal says became of the paths the reference speaks of. */
function outcomeOf(journal: readonly JournalEntry[], paths: Iterable<string>) {
  const view = foldRun(journal)
  const steps = new Map<string, ReferenceStep>()
  for (const path of paths) {
    const step = view.steps.get(path)
    const status = step?.status as ReferenceStep['status']
    steps.set(path, { status, output: status === 'succeeded' ? valueOf(step!.output) : null })
  }
  return { status: view.status, steps }
}

function expectAsReferenceSays(journal: readonly JournalEntry[], { failed, seen }: ReturnType<typeof interpret>): void {
  const { status, steps } = outcomeOf(journal, seen.keys())
  expect(status).toBe(failed ? 'failed' : 'succeeded')
  expect(steps).toEqual(seen)
}

/** A command as plain data: frames and nodes by name. */
function plain(command: Command): unknown {
  const { kind, ...rest } = command
  const named = Object.entries(rest).map(([key, value]: [string, unknown]) => {
    if (typeof value !== 'object' || value === null) return [key, value]
    return [key, 'path' in value ? value.path : 'key' in value ? value.key : value]
  })
  return { kind, ...Object.fromEntries(named) }
}

describe('the scheduler, over random nested pipelines with random outcomes in random order', () => {
  it('does what the naive reference interpreter does', () => {
    fc.assert(
      fc.property(arbitraryRun, ({ document, plan, world }) => {
        const { journal } = new Simulation(plan, world()).run()
        expectAsReferenceSays(journal, interpret(document.steps, world()))
      }),
      { numRuns: 1_500 },
    )
  })

  it('ends the same when it goes on from any prefix of its journal', () => {
    fc.assert(
      fc.property(arbitraryRun, fc.nat(1_000_000), ({ document, plan, world }, seed) => {
        const { journal } = new Simulation(plan, world()).run()
        const expected = interpret(document.steps, world())
        for (let length = 1; length <= journal.length; length += 1 + (seed % 5)) {
          const resumed = new Simulation(plan, world(length), journal.slice(0, length)).run()
          expectAsReferenceSays(resumed.journal, expected)
          const { running, retrying } = foldRun(resumed.journal).totals
          expect([running, retrying, resumed.state.frames.size]).toEqual([0, 0, 1])
        }
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same commands for the same events', () => {
    fc.assert(
      fc.property(arbitraryRun, ({ plan, world }) => {
        const { journal } = new Simulation(plan, world()).run()
        const [first, second] = [initialState(plan), initialState(plan)]
        for (const entry of journal) {
          expect(decide(first, entry)[1].map(plain)).toEqual(decide(second, entry)[1].map(plain))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('brings every step to an end when it is cancelled at any moment', () => {
    fc.assert(
      fc.property(arbitraryRun, fc.nat(60), ({ plan, world }, moment) => {
        const simulation = new Simulation(plan, world())
        for (let step = 0; step < moment && simulation.step(); step += 1);
        const ended = simulation.state.status === 'ended'
        simulation.emit({ type: 'cancel-requested', by: 'test' })
        simulation.run()
        const view = foldRun(simulation.journal)
        if (!ended && simulation.state.cancelled && !simulation.state.root.failure)
          expect(view.status).toBe('cancelled')
        expect(view.totals.running + view.totals.retrying).toBe(0)
        expect(simulation.state.frames.size).toBe(1)
      }),
      { numRuns: 500 },
    )
  })
})
