import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '#db/client.ts'
import type { JsonValue, PipelineDocument, Step } from '#pipeline/document.ts'
import type { JournalEntry } from '#pipeline/events.ts'
import { foldRun, type RunView } from '#pipeline/run-view.ts'
import { localScope } from '#server/auth/scope.ts'
import { createEngine, type Engine, type EngineOptions, type RunSignal } from '../engine.ts'
import { createTestSteps, createTestWorld, testServices, type TestWorld } from './test-steps.ts'

/** An engine of a test, with what its steps share with it. */
export interface TestEngine {
  engine: Engine
  world: TestWorld
  start(
    steps: Step[],
    more?: {
      inputs?: Record<string, JsonValue>
      outputs?: Record<string, JsonValue>
      calls?: Record<string, PipelineDocument>
    },
  ): Promise<string>
  /** The view of a run once it has ended. */
  ended(runId: string): Promise<RunView>
  /** Starts and waits for the end. */
  run(...parameters: Parameters<TestEngine['start']>): Promise<RunView>
  close(): Promise<void>
}

/** A document of these steps. */
export function documentOf(steps: Step[], outputs?: Record<string, JsonValue>): PipelineDocument {
  return { orchestrator: 1, name: 'test', steps, ...(outputs && { outputs }) }
}

const isEnd = ({ event: { type } }: JournalEntry): boolean =>
  type === 'run-succeeded' || type === 'run-failed' || type === 'run-cancelled'

/** Signals of a run up to its last event. */
export async function signalsOf(engine: Engine, runId: string): Promise<RunSignal[]> {
  const stop = new AbortController()
  const signals: RunSignal[] = []
  for await (const signal of engine.watch(runId, 0, stop.signal)) {
    signals.push(signal)
    if (signal.kind === 'event' && isEnd(signal.entry)) break
  }
  stop.abort()
  return signals
}

/** An engine on a database; problems it reports fail nothing, but are printed. */
export async function openTestEngine(
  database: Database,
  more: Partial<EngineOptions> & { world?: TestWorld } = {},
): Promise<TestEngine> {
  const { world = createTestWorld(), ...options } = more
  const dataDir = await mkdtemp(join(tmpdir(), 'engine-test-'))
  const engine = await createEngine({
    database,
    steps: createTestSteps(world),
    stepServices: () => testServices,
    dataDir,
    ...options,
  })
  const test: TestEngine = {
    engine,
    world,
    start: (steps, { inputs = {}, outputs, calls = {} } = {}) =>
      engine.start({ scope: localScope, pipelineName: 'test', document: documentOf(steps, outputs), calls, inputs }),
    async ended(runId) {
      const signals = await signalsOf(engine, runId)
      return foldRun(signals.flatMap((signal) => (signal.kind === 'event' ? [signal.entry] : [])))
    },
    run: async (...parameters) => test.ended(await test.start(...parameters)),
    async close() {
      await engine.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return test
}

/** Statuses of a view by path. */
export function statusesOf(view: RunView): Record<string, string> {
  return Object.fromEntries([...view.steps.values()].map(({ path, status }) => [path, status]))
}

/** The value of a step or of the outputs, where it is in the event. */
export function valueIn(stored: RunView['outputs']): JsonValue | undefined {
  return stored && 'value' in stored ? stored.value : undefined
}
