import { existsSync } from 'node:fs'
import { OrchestratorError } from '#pipeline/errors.ts'
import { openAppServer } from '#server/app-server.ts'
import type { StepRegistry } from '#server/engine/engine.ts'
import { patiently } from '#server/engine/patiently.ts'
import { readEnvironment } from '#server/read-environment.ts'
import { stopOnSignal } from '#server/stop-on-signal.ts'

/** A database that is not there yet (machines that start together) gets this long. */
const startPatienceMs = 60_000

export interface WorkerCommandOptions {
  /** Instead of ORCHESTRATOR_LABELS and ORCHESTRATOR_MAX_RUNS. */
  labels?: string
  maxRuns?: string
  /** Step types beside the product's, for tests. */
  steps?: StepRegistry
}

/** `worker`: carries out runs until it is stopped. */
export async function workerCommand({ labels, maxRuns, steps }: WorkerCommandOptions = {}): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const environment = readEnvironment({
    ...process.env,
    ...(labels !== undefined && { ORCHESTRATOR_LABELS: labels }),
    ...(maxRuns !== undefined && { ORCHESTRATOR_MAX_RUNS: maxRuns }),
  })
  if (!environment.databaseUrl) {
    throw new OrchestratorError(
      'invalid-request',
      'A worker needs the PostgreSQL database it shares with the others.',
      {
        fix: 'Set DATABASE_URL. Without it `npm start` carries out its runs itself.',
      },
    )
  }
  let said = false
  const app = await patiently((retry) => {
    if (retry && !said) console.log('Waiting for the database ...')
    said ||= retry
    return openAppServer({ ...environment, role: 'worker', environment: process.env, ...(steps && { steps }) })
  }, startPatienceMs)
  stopOnSignal(() => app.close())
  const suffix = environment.labels.length > 0 ? ` Labels: ${environment.labels.join(', ')}.` : ''
  console.log(`The worker is ready.${suffix} Ctrl-C stops it.`)
}
