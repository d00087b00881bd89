import { describeEachDatabase } from '#db/testing.ts'
import type { JsonValue, PipelineDocument, Step } from '#pipeline/document.ts'
import type { JournalEntry } from '#pipeline/events.ts'
import { applyEntries, emptyRunView, type RunView } from '#pipeline/run-view.ts'
import { localScope } from '#server/auth/scope.ts'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { runInMemory } from '../run-in-memory.ts'
import { documentOf, openTestEngine, type TestEngine, valueIn } from './test-engine.ts'
import { createTestSteps, createTestWorld, testServices, type TestWorld } from './test-steps.ts'

interface RunMore {
  inputs?: Record<string, JsonValue>
  outputs?: Record<string, JsonValue>
  calls?: Record<string, PipelineDocument>
  /** Cancels the run once a step has come to this gate. */
  cancelAt?: string
}

/** Runs steps to their end, somewhere. */
export interface Place {
  world(): TestWorld
  run(steps: Step[], more?: RunMore): Promise<RunView>
}

/** A step that gives a value. */
export const value = (id: string, of: JsonValue, more: Partial<Step> = {}): Step => ({
  id,
  type: 'test.value',
  with: { value: of },
  ...more,
})
/** A step with effects that gives a value. */
export const write = (id: string, of: JsonValue, more: Partial<Step> = {}): Step => ({
  id,
  type: 'test.write',
  with: { value: of },
  ...more,
})
/** A step that fails. */
export const fail = (id: string, more: Partial<Step> = {}): Step => ({ id, type: 'test.fail', ...more })
/** The outputs of a run. */
export const outputsOf = (view: RunView): JsonValue | undefined => valueIn(view.outputs)

/** Runs one suite without a database, on the embedded one and on PostgreSQL. */
export function describeEachPlace(name: string, behaves: (place: Place) => void): void {
  describe(`${name} (in memory)`, () => {
    let world = createTestWorld()
    beforeEach(() => {
      world = createTestWorld()
    })
    behaves({
      world: () => world,
      async run(steps, { outputs, inputs = {}, calls = {}, cancelAt } = {}) {
        const entries: JournalEntry[] = []
        const cancel = new AbortController()
        if (cancelAt !== undefined) void world.gates.arrived(cancelAt).then(() => cancel.abort())
        await runInMemory({
          document: documentOf(steps, outputs),
          inputs,
          calls,
          steps: createTestSteps(world),
          services: testServices,
          signal: cancel.signal,
          onEvent: (entry) => entries.push(entry),
        })
        return applyEntries(emptyRunView(), entries)
      },
    })
  })

  describeEachDatabase(name, (open) => {
    let test: TestEngine
    beforeAll(async () => {
      test = await openTestEngine(await open())
    })
    beforeEach(() => {
      const { gates } = createTestWorld()
      Object.assign(test.world, { gates, written: [], peak: 0, yielded: 0, lead: 0 })
    })
    afterAll(() => test.close())

    behaves({
      world: () => test.world,
      async run(steps, { cancelAt, ...more } = {}) {
        const runId = await test.start(steps, more)
        if (cancelAt !== undefined) {
          await test.world.gates.arrived(cancelAt)
          await test.engine.cancel(localScope, runId)
        }
        return test.ended(runId)
      },
    })
  })
}
