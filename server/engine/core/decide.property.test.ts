import { isDeepStrictEqual } from 'node:util'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { JournalEntry } from '#pipeline/events.ts'
import { foldRun } from '#pipeline/run-view.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Command } from './commands.ts'
import { decide } from './decide.ts'
import type { Plan } from './plan.ts'
import { initialState, isFinal } from './state.ts'
import { randomRun } from './testing/random-run.ts'
import { interpret, type ReferenceRun } from './testing/reference.ts'
import { Simulation, valueOf } from './testing/simulation.ts'
import { randomWorld, type World } from './testing/world.ts'

const runs = Number(process.env['ORCHESTRATOR_PROPERTY_RUNS'] ?? 1_200)
const seed = Number(process.env['ORCHESTRATOR_PROPERTY_SEED'] ?? Date.now() % 1_000_000_000)

/** A seed for a pipeline and its world, and about how many steps it has. */
const arbitraryCase = [fc.integer({ min: 0, max: 1_000_000_000 }), fc.integer({ min: 1, max: 18 })] as const

/** Where a run came out otherwise than the reference says: paths, `status` and `output`, each with what it is instead. */
function differences(journal: readonly JournalEntry[], expected: ReferenceRun): unknown[] {
  const view = foldRun(journal)
  const found: unknown[] = []
  const compare = (where: string, actual: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(actual, wanted)) found.push({ where, actual, wanted })
  }
  compare('status', view.status, expected.status)
  compare('output', valueOf(view.outputs), expected.output)
  for (const [path, wanted] of expected.seen) {
    const step = view.steps.get(path)
    const output = step?.status === 'succeeded' ? valueOf(step.output) : null
    compare(path, { status: step?.status, output }, wanted)
  }
  return found
}

/** Everything that must hold of a run that was carried out to its end, from wherever it began. */
function expectRight(simulation: Simulation, expected: ReferenceRun): void {
  const { journal, carriedOut, completedBefore } = simulation
  expect(differences(journal, expected)).toEqual([])
  expectNothingLeft(simulation)
  const times = new Set(carriedOut)
  expect(times.size).toBe(carriedOut.length)
  expect([...completedBefore].filter((execution) => times.has(execution))).toEqual([])
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

function expectNothingLeft(simulation: Simulation): void {
  const { running, retrying, waiting, paused } = foldRun(simulation.journal).totals
  expect([simulation.state.status, running, retrying, waiting, paused]).toEqual(['ended', 0, 0, 0, 0])
  expect([...simulation.state.frames.keys()]).toEqual([''])
}

describe('the scheduler, over random nested pipelines with random outcomes in random order', () => {
  it(`does what the naive interpreter does, and goes on from every position of the journal without repeating a completed step (${runs} pipelines, seed ${seed})`, () => {
    let positions = 0
    const check = (pipeline: number, size: number): void => {
      const { document, calls, plan } = randomRun(pipeline, size)
      const expected = interpret(document, calls, randomWorld(pipeline, 0))
      const whole = new Simulation(plan, randomWorld(pipeline, 1)).run()
      expectRight(whole, expected)
      for (let length = 1; length < whole.journal.length; length += 1) {
        const prefix = whole.journal.slice(0, length)
        expectRight(new Simulation(plan, randomWorld(pipeline, length), prefix).run(), expected)
        positions += 1
      }
    }
    fc.assert(fc.property(...arbitraryCase, check), { numRuns: runs, seed })
    process.stdout.write(`scheduler: ${runs} random pipelines, ${positions} crashes, seed ${seed}\n`)
  }, 86_400_000)

  const others = { numRuns: runs, seed }

  it('gives the same commands for the same events', () => {
    const check = (pipeline: number, size: number): void => {
      const { plan } = randomRun(pipeline, size)
      const { journal } = new Simulation(plan, randomWorld(pipeline, 1)).run()
      const [first, second] = [initialState(plan), initialState(plan)]
      for (const entry of journal) {
        expect(decide(first, entry)[1].map(plain)).toEqual(decide(second, entry)[1].map(plain))
      }
    }
    fc.assert(fc.property(...arbitraryCase, check), others)
  }, 86_400_000)

  it('ends the same when it is paused and resumed again and again, with a crash in a pause', () => {
    const check = (pipeline: number, size: number): void => {
      const { document, calls, plan } = randomRun(pipeline, size)
      const expected = interpret(document, calls, randomWorld(pipeline, 0))
      const world = randomWorld(pipeline, 2)
      let simulation = new Simulation(plan, world)
      for (let more = true; more;) {
        for (let steps = world.pick(6); steps > 0; steps -= 1) simulation.step()
        if (simulation.state.status === 'ended') break
        simulation.emit({ type: 'run-paused', reason: 'asked' })
        const { paused } = simulation.state
        const begun = startsOf(simulation.journal)
        if (world.pick(3) === 0) simulation = new Simulation(plan, world, simulation.journal)
        while (simulation.step());
        // What was in flight at a crash is begun again, but nothing else; a run that winds down cannot be paused.
        if (paused) expect(startsOf(simulation.journal)).toEqual(begun)
        more = simulation.state.status !== 'ended'
        if (more) simulation.emit({ type: 'run-resumed', mode: 'continue', by: 'test' })
      }
      expect(differences(simulation.journal, expected)).toEqual([])
      expectNothingLeft(simulation)
    }
    fc.assert(fc.property(...arbitraryCase, check), others)
  }, 86_400_000)

  it('stays sound and comes to an end whatever happens from outside', () => {
    const check = (pipeline: number, size: number): void => {
      const { plan } = randomRun(pipeline, size)
      const world = randomWorld(pipeline, 4)
      let simulation = new Simulation(plan, world)
      for (let more = true; more;) {
        for (let steps = world.pick(5); steps > 0; steps -= 1) simulation.step()
        expectSound(simulation, plan)
        disturb(simulation, world)
        if (world.pick(5) === 0) simulation = new Simulation(plan, world, simulation.journal)
        more = simulation.step() || simulation.state.paused !== null
        expect(simulation.journal.length).toBeLessThan(20_000)
      }
      expectNothingLeft(simulation)
      expect(missingCleanups(simulation.journal)).toEqual([])
    }
    fc.assert(fc.property(...arbitraryCase, check), others)
  }, 86_400_000)

  it('brings every step to an end when it is cancelled at any moment, and runs every finally that was due', () => {
    const check = (pipeline: number, size: number, moment: number): void => {
      const { plan } = randomRun(pipeline, size)
      const simulation = new Simulation(plan, randomWorld(pipeline, 3))
      for (let step = 0; step < moment && simulation.step(); step += 1);
      const { state } = simulation
      const wasOpen = state.status === 'running' && !state.root.ended && state.root.open > 0
      simulation.emit({ type: 'cancel-requested', by: 'test' })
      simulation.run()
      expectNothingLeft(simulation)
      if (wasOpen) expect(foldRun(simulation.journal).status).toBe('cancelled')
      expect(missingCleanups(simulation.journal)).toEqual([])
    }
    fc.assert(fc.property(...arbitraryCase, fc.nat(80), check), others)
  }, 86_400_000)
})

/** Something from outside that may happen at any time. */
function disturb(simulation: Simulation, { pick }: World): void {
  const { state } = simulation
  simulation.settle()
  const nodes = [...state.frames.values()].flatMap((frame) => frame.nodes)
  const open = nodes.filter(({ status }) => status === 'expanded')
  const done = nodes.filter(({ status }) => status === 'succeeded')
  const error: ErrorInfo = { code: 'step-timeout', message: 'too slow' }
  switch (pick(12)) {
    case 0:
      return simulation.emit({ type: 'run-paused', reason: 'asked' })
    case 1:
      return pick(4) === 0 ? simulation.emit({ type: 'cancel-requested', by: 'test' }) : undefined
    case 2:
      return pick(4) === 0 ? simulation.emit({ type: 'limit-reached', error }) : undefined
    case 3:
    case 4: {
      const node = open[pick(open.length)]
      return node && simulation.emit({ type: 'step-failing', path: node.path, attempt: node.attempt, error })
    }
    case 5: {
      const node = done[pick(done.length)]
      return node && simulation.emit({ type: 'value-edited', path: node.path, output: { value: 7 }, by: 'test' })
    }
    default:
      if (state.paused) simulation.emit({ type: 'run-resumed', mode: 'continue', by: 'test' })
  }
}

/** Counters of the state agree with what they count, and the journal alone gives the same state. */
function expectSound({ state, journal }: Simulation, plan: Plan): void {
  for (const frame of state.frames.values()) {
    const { catchStep, finallyStep } = frame.graph
    const open = frame.nodes.filter((node) => !isFinal(node))
    const main = open.filter(({ step }) => step !== catchStep && step !== finallyStep)
    expect([frame.key, frame.open, frame.openMain]).toEqual([frame.key, open.length, main.length])
    expect(frame.owner?.container.live.has(frame) ?? true).toBe(true)
  }
  const live = [...state.frames.values()].flatMap(({ nodes }) =>
    nodes.map(({ container }) => container?.live.size ?? 0),
  )
  expect(live.reduce((sum, count) => sum + count, 1)).toBe(state.frames.size)
  const folded = initialState(plan)
  for (const entry of journal) decide(folded, entry)
  expect(isDeepStrictEqual(folded, state)).toBe(true)
}

const startsOf = (journal: readonly JournalEntry[]): Set<string> =>
  new Set(journal.flatMap(({ event }) => (event.type === 'step-started' ? [`${event.path}#${event.attempt}`] : [])))

/** Steps of a finally that has been reached by its try and did not run. */
function missingCleanups(journal: readonly JournalEntry[]): string[] {
  const { steps } = foldRun(journal)
  const entered = new Set(journal.flatMap(({ event }) => (event.type === 'body-entered' ? [event.path] : [])))
  return [...steps.values()]
    .filter(({ path, status, skippedBecause }) => {
      const isDue = path.endsWith('_finally') && entered.has(path.slice(0, path.lastIndexOf('.')))
      return isDue && status !== 'succeeded' && status !== 'failed' && skippedBecause !== 'disabled'
    })
    .map(({ path }) => path)
}
