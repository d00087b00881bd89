import { expect } from 'vitest'
import type { PipelineDocument, Step } from '#pipeline/document.ts'
import type { JournalEntry } from '#pipeline/events.ts'
import { foldRun } from '#pipeline/run-view.ts'
import { compile, decide, findNode, initialState, type Plan } from '../core/core.ts'
import { randomRun } from '../core/testing/random-run.ts'
import { interpret, type ReferenceRun } from '../core/testing/reference.ts'
import { executionOf, valueOf } from '../core/testing/simulation.ts'
import { type World, worldOfIds } from '../core/testing/world.ts'
import type { ExecutorEnvironment, RunTask } from '../executor-types.ts'
import { Limiter } from '../limiter.ts'
import { Pacer } from '../pacer.ts'
import { RunExecutor } from '../run-executor.ts'
import { createStepCache } from '../step-cache.ts'
import { Timers } from '../timers.ts'
import { inlineValueStore } from '../value-store.ts'
import { madeUpRegistry } from './made-up-registry.ts'

/** Types whose output is their own, not put together from those of others. */
const leaves = new Set(['plain', 'branch', 'merge', 'source', 'break', 'stop'])

/**
 * The pipeline for real step types: each step knows its id, and calls go one way, from `main` to `first` to `second` (there the
 * depth is not the tests' to choose).
 */
function forReal(document: PipelineDocument, called: string | null): PipelineDocument {
  const known = (steps: readonly Step[]): Step[] =>
    steps.map((step) => {
      const settings = { ...step.with, id: step.id }
      if (step.type !== 'call') return { ...step, with: settings, ...(step.steps ? { steps: known(step.steps) } : {}) }
      return called === null
        ? { ...step, type: 'plain', with: settings }
        : { ...step, with: { ...settings, pipeline: called } }
    })
  return { ...document, steps: known(document.steps) }
}

let world: World = worldOfIds(0, 0)
const steps = madeUpRegistry(() => world)
const manifests = new Map([...steps].map(([type, { manifest }]) => [type, manifest]))

/** A run that was carried out to its end. */
export interface Carried {
  /** The paths of the steps that began, in order. */
  paths: string[]
  journal: JournalEntry[]
  /** Executions of steps, each frame's own. */
  started: string[]
}

/** Carries the run out from the given journal on; what parks is answered. */
export async function carryOut(
  plan: Plan,
  inWorld: World,
  journal: readonly JournalEntry[] = [],
  more: Pick<RunTask, 'reuse'> = {},
): Promise<Carried> {
  world = inWorld
  const timers = new Timers()
  const environment: ExecutorEnvironment = {
    steps,
    values: inlineValueStore,
    limiter: new Limiter(256),
    timers,
    pacer: new Pacer(),
    cache: createStepCache(),
    cancelGraceMs: 0,
    now: Date.now,
  }
  const state = initialState(plan)
  const carried: Carried = { journal: [...journal], started: [], paths: [] }
  for (const entry of journal) decide(state, entry)
  const answer = (path: string, wait: string): void => {
    setImmediate(() => executor.signal({ kind: 'answer', path, wait, answer: { kind: 'event', at: 0 } }))
  }
  const executor: RunExecutor = new RunExecutor(
    {
      runId: 'random',
      workspaceId: 'local',
      plan,
      state,
      inputs: {},
      startedAt: 1,
      ...more,
      services: nothing,
      journal: { append: async () => undefined },
      onDelta: () => {},
      onEvent(event, at) {
        carried.journal.push({ seq: carried.journal.length + 1, at, event })
        if (event.type === 'step-started') {
          carried.started.push(executionOf(findNode(state, event.path)!, event.attempt))
          carried.paths.push(event.path)
        }
        if (event.type === 'step-parked') answer(event.path, event.wait.id!)
      },
    },
    environment,
  )
  const waits = [...state.frames.values()].flatMap(({ nodes }) =>
    nodes.flatMap(({ path, wait }) => (wait ? [[path, wait.id!] as const] : [])),
  )
  const ending = executor.run()
  for (const [path, wait] of waits) answer(path, wait)
  expect(await ending).toEqual({ kind: 'ended' })
  timers.close()
  return carried
}

const refuse = (): never => {
  throw new Error('these steps reach nothing')
}
const nothing = {
  models: { generate: refuse, embed: refuse, sentiment: refuse, entities: refuse, ocr: refuse },
  fetch: refuse,
  secrets: { get: async () => undefined },
  files: {
    read: refuse,
    readStream: refuse,
    readText: refuse,
    write: refuse,
    append: refuse,
    exists: refuse,
    list: refuse,
  },
  code: { run: refuse },
}

/** Where a run came out otherwise than the reference says. */
export function differences(
  journal: readonly JournalEntry[],
  expected: ReferenceRun,
  types: Map<string, string>,
): unknown[] {
  const view = foldRun(journal)
  const found: unknown[] = view.status === expected.status ? [] : [view.status, view.error]
  for (const [path, wanted] of expected.seen) {
    const step = view.steps.get(path)
    const isLeaf = leaves.has(types.get(path.slice(path.lastIndexOf('.') + 1))!)
    const output = step?.status === 'succeeded' ? valueOf(step.output) : null
    if (step?.status !== wanted.status || (isLeaf && output !== wanted.output)) {
      found.push({ path, wanted, status: step?.status, output, error: step?.error })
    }
  }
  return found
}

function typesOf(documents: readonly PipelineDocument[]): Map<string, string> {
  const types = new Map<string, string>()
  const visit = (steps: readonly Step[]): void => {
    for (const step of steps) {
      types.set(step.id, step.type)
      visit(step.steps ?? [])
    }
  }
  for (const { steps } of documents) visit(steps)
  return types
}

/** A random pipeline of real step types, and what the naive interpreter says becomes of it. */
export interface RandomPlan {
  plan: Plan
  types: Map<string, string>
  expected: ReferenceRun
}

/** The same for the same seed; about `size` steps. */
export function randomPlan(seed: number, size: number): RandomPlan {
  const random = randomRun(seed, size)
  const document = forReal(random.document, 'first')
  const calls = new Map([
    ['first@latest', forReal(random.calls.get('first@latest')!, 'second')],
    ['second@latest', forReal(random.calls.get('second@latest')!, null)],
  ])
  return {
    plan: compile(document, manifests, calls),
    types: typesOf([document, ...calls.values()]),
    expected: interpret(document, calls, worldOfIds(seed, 0)),
  }
}
