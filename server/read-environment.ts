import { OrchestratorError } from '#pipeline/errors.ts'
import { parseAllowedHosts } from '#server/auth/allowed-hosts.ts'
import { parseLabels } from '#server/engine/run-labels.ts'

/** The settings a server process takes from its environment; .env.example describes each. */
export interface ServerEnvironment {
  host: string
  port: number
  dataDir: string
  databaseUrl: string | undefined
  allowedHosts: string[]
  /** Bytes. */
  uploadLimit: number
  /** What this process announces: it carries out only runs whose labels it has. */
  labels: string[]
  /** Runs carried out at a time. */
  maxRuns: number
  /** After this long without a sign of life a worker's runs go on elsewhere. */
  silentMs: number
  /** Maps of at least this many items are spread over the workers. */
  spreadFrom: number
  /** How long a step that was cancelled has to end by itself. */
  cancelGraceMs: number
}

function numberSetting(
  name: string,
  text: string | undefined,
  fallback: number,
  minimum: number,
  maximum: number,
): number {
  if (text === undefined || text.trim() === '') return fallback
  const value = Number(text)
  if (Number.isFinite(value) && value >= minimum && value <= maximum) return value
  throw new OrchestratorError('invalid-request', `${name}=${text} is not a number from ${minimum} to ${maximum}.`, {
    fix: `For example ${name}=${fallback}`,
  })
}

/** Reads and checks the environment; a setting that makes no sense is an `invalid-request` that names it. */
export function readEnvironment(environment: NodeJS.ProcessEnv): ServerEnvironment {
  return {
    host: environment.HOST?.trim() || '127.0.0.1',
    port: Math.trunc(numberSetting('PORT', environment.PORT, 3000, 0, 65_535)),
    dataDir: environment.ORCHESTRATOR_DATA?.trim() || '.orchestrator',
    databaseUrl: environment.DATABASE_URL?.trim() || undefined,
    allowedHosts: parseAllowedHosts(environment.ALLOWED_HOSTS),
    uploadLimit: numberSetting('UPLOAD_LIMIT_MB', environment.UPLOAD_LIMIT_MB, 100, 1, 10_000) * 1024 * 1024,
    labels: parseLabels(environment.ORCHESTRATOR_LABELS),
    maxRuns: Math.trunc(numberSetting('ORCHESTRATOR_MAX_RUNS', environment.ORCHESTRATOR_MAX_RUNS, 100, 1, 10_000)),
    silentMs: 1_000 * numberSetting('WORKER_SILENT_SECONDS', environment.WORKER_SILENT_SECONDS, 20, 2, 3_600),
    cancelGraceMs: 1_000 * numberSetting('CANCEL_GRACE_SECONDS', environment.CANCEL_GRACE_SECONDS, 10, 0, 3_600),
    spreadFrom: Math.trunc(
      numberSetting('SPREAD_MAPS_FROM', environment.SPREAD_MAPS_FROM, 500, 2, Number.MAX_SAFE_INTEGER),
    ),
  }
}
