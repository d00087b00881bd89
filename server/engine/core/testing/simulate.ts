import type { PipelineDocument, Step } from '#pipeline/document.ts'
import type { JournalEntry } from '#pipeline/events.ts'
import { foldRun } from '#pipeline/run-view.ts'
import { compile } from '../compile.ts'
import { testManifests } from './manifests.ts'
import { Simulation } from './simulation.ts'
import { fateless, type StepFate, type World } from './world.ts'

/** A run of these steps that has not begun to do anything, in a world where things end in the order they began. */
export function begin(
  steps: Step[],
  fates: Record<string, Partial<StepFate>> = {},
  calls: Record<string, Step[]> = {},
): Simulation {
  const world: World = { fateOf: (path) => ({ ...fateless, ...fates[path] }), nameOf: (path) => path, pick: () => 0 }
  const documents = Object.entries(calls).map(([key, called]) => [`${key}@latest`, documentOf(called)] as const)
  return new Simulation(compile(documentOf(steps), testManifests, new Map(documents)), world)
}

/** The same, carried out to its end. */
export const simulate = (...parameters: Parameters<typeof begin>): Simulation => begin(...parameters).run()

const documentOf = (steps: Step[]): PipelineDocument => ({ orchestrator: 1, name: 'test', steps })

/** What became of every path. */
export const statusesOf = (journal: readonly JournalEntry[]): Record<string, string> =>
  Object.fromEntries([...foldRun(journal).steps.values()].map(({ path, status }) => [path, status]))
