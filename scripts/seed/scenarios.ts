import type { AppServer } from '#server/app-server.ts'
import { localScope } from '#server/auth/scope.ts'
import { fillLargeRun } from './large-run.ts'
import { largePipeline } from './large-pipeline.ts'
import { fillManyRuns } from './many-runs.ts'
import { fillMillionRuns } from './million-runs.ts'

export interface Scenario {
  summary: string
  /** Whether the three samples are put in as well. */
  samples: boolean
  /** Whether it runs pipelines, and so needs an engine that claims runs. */
  runs: boolean
  fill(app: AppServer, seed: number): Promise<void>
}

const ofSteps = (count: number): Scenario => ({
  summary: `one pipeline of ${count.toLocaleString('en-US')} steps`,
  samples: false,
  runs: false,
  fill: async ({ services }) => {
    const { id } = await services.pipelines.create(localScope, { document: largePipeline(count) })
    console.log(`pipeline ${id}`)
  },
})

/** Named data by scenario. */
export const scenarios: Record<string, Scenario> = {
  empty: { summary: 'nothing at all', samples: false, runs: false, fill: async () => {} },
  samples: {
    summary: 'the three sample pipelines, as on a first start',
    samples: true,
    runs: false,
    fill: async () => {},
  },
  many: { summary: '1,000 pipelines and 10,000 runs', samples: true, runs: false, fill: fillManyRuns },
  'runs-1000000': { summary: '200 pipelines and 1,000,000 runs', samples: false, runs: false, fill: fillMillionRuns },
  'steps-500': ofSteps(500),
  'steps-1000': ofSteps(1_000),
  'items-10000': { summary: 'a run with 10,000 items and failures', samples: false, runs: true, fill: fillLargeRun },
}
