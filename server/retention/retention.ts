import type { Database } from '#db/client.ts'
import { OrchestratorError, toErrorInfo } from '#pipeline/errors.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { BlobStore } from '#server/blobs/blobs.ts'
import { workspaceSettingsSchema } from '#server/workspaces/settings-records.ts'
import { deleteJournals, deleteRuns } from './delete-runs.ts'
import { dropReleased, dropUnknown, graceMs, releaseValues } from './drop-values.ts'
import type { RetentionReport, SweepResult } from './retention-records.ts'
import { sweepLock } from './sweep-lock.ts'

/** What becomes of old runs: rules are settings of the workspace (`settings.retention`). */
export interface RetentionService {
  report(scope: Scope): Promise<RetentionReport>
  /** Carries the rules of the workspace out now; `conflict` when a sweep is under way, here or elsewhere. */
  sweep(scope: Scope): Promise<SweepResult>
}

/** The service, and the clock that carries the rules of all workspaces out. */
export interface Retention extends RetentionService {
  /** Sweeps every hour from now on; one process at a time does, whichever is first. Resolves the returned function when it has stopped. */
  start(): () => Promise<void>
}

export interface RetentionOptions {
  database: Database
  blobs: BlobStore
  /** Milliseconds; for tests. */
  now?(): number
  graceMs?: number
  intervalMs?: number
  onProblem?(message: string, cause: unknown): void
}

const dayMs = 86_400_000

interface Rules {
  runDays: number | null
  valueDays: number | null
}

/** The retention of all workspaces on a database and its blob store. */
export function createRetention(options: RetentionOptions): Retention {
  const { database, blobs, now = Date.now, onProblem = logProblem } = options
  const { query } = database
  /** Sweeps of this process, which on the embedded database no lock keeps apart. */
  let sweeping = false
  /** When the whole store is gone through for blobs that no row knows; not soon after the start, when there is enough to do. */
  let unknownDueAt = now() + dayMs / 24

  async function rulesOf(workspaceId: string): Promise<Rules> {
    const { rows } = await query<{ settings: unknown }>('select settings from workspaces where id = $1', [workspaceId])
    return workspaceSettingsSchema.parse(rows[0]?.settings ?? {}).retention
  }

  const daysAgo = (days: number): Date => new Date(now() - days * dayMs)

  async function sweepWorkspace(workspaceId: string): Promise<SweepResult> {
    const begun = performance.now()
    const result: SweepResult = { runs: 0, values: 0, bytes: 0, durationMs: 0 }
    let problem: unknown
    try {
      const { runDays, valueDays } = await rulesOf(workspaceId)
      if (runDays !== null) result.runs = await deleteRuns(database, workspaceId, daysAgo(runDays))
      if (valueDays !== null) await releaseValues(database, workspaceId, daysAgo(valueDays))
      Object.assign(result, await dropReleased(database, blobs, new Date(now()), options.graceMs ?? graceMs))
    } catch (error) {
      problem = error
    }
    result.durationMs = Math.round(performance.now() - begun)
    await remember(workspaceId, result, problem === undefined ? null : toErrorInfo(problem).message)
    if (problem !== undefined) throw problem
    return result
  }

  async function remember(workspaceId: string, result: SweepResult, error: string | null): Promise<void> {
    await query(
      `insert into retention_sweeps (workspace_id, at, runs, "values", bytes, duration_ms, error)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (workspace_id) do update set at = excluded.at, runs = excluded.runs, "values" = excluded."values",
         bytes = excluded.bytes, duration_ms = excluded.duration_ms, error = excluded.error`,
      [workspaceId, new Date(now()), result.runs, result.values, result.bytes, result.durationMs, error],
    )
  }

  /** Undefined when another sweep is under way. The lock goes with its connection, and so with a process that is killed. */
  async function alone<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    if (sweeping) return undefined
    sweeping = true
    const session = await database.openSession()
    try {
      const { rows } = await session.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [sweepLock])
      if (!rows[0]!.mine) return undefined
      try {
        return await work()
      } finally {
        await session.query('select pg_advisory_unlock($1)', [sweepLock])
      }
    } finally {
      await session.close()
      sweeping = false
    }
  }

  async function sweepAll(): Promise<void> {
    await alone(async () => {
      await deleteJournals(database)
      const { rows } = await query<{ id: string }>('select id from workspaces order by id')
      for (const { id } of rows) {
        const { runDays, valueDays } = await rulesOf(id)
        if (runDays === null && valueDays === null) continue
        await sweepWorkspace(id).catch((error: unknown) => onProblem(`workspace ${id} could not be swept`, error))
      }
      if (now() < unknownDueAt) return
      unknownDueAt = now() + dayMs
      await dropUnknown(database, blobs, new Date(now()), options.graceMs ?? graceMs)
    })
  }

  return {
    async report(scope) {
      const [rules, counted, swept] = await Promise.all([
        rulesOf(scope.workspaceId),
        query<{ runs: number; kept: number }>(
          `select count(*)::int as runs, (count(*) filter (where keep))::int as kept
           from runs where workspace_id = $1 and parent_run_id is null`,
          [scope.workspaceId],
        ),
        query<SweepResult & { at: Date; error: string | null }>(
          `select at, runs, "values", bytes, duration_ms as "durationMs", error
           from retention_sweeps where workspace_id = $1`,
          [scope.workspaceId],
        ),
      ])
      const [last] = swept.rows
      return {
        ...rules,
        runs: counted.rows[0]!.runs,
        keptRuns: counted.rows[0]!.kept,
        lastSweep: last ? { ...last, at: last.at.toISOString() } : null,
      }
    },
    async sweep(scope) {
      const result = await alone(() => sweepWorkspace(scope.workspaceId))
      if (result) return result
      throw new OrchestratorError('conflict', 'Old runs are being deleted at this moment. Try again in a minute.')
    },
    start() {
      let running: Promise<void> = Promise.resolve()
      const timer = setInterval(() => {
        running = sweepAll().catch((error: unknown) => onProblem('old runs could not be deleted', error))
      }, options.intervalMs ?? 3_600_000)
      timer.unref()
      return async () => {
        clearInterval(timer)
        await running
      }
    },
  }
}

function logProblem(message: string, cause: unknown): void {
  console.error(`retention: ${message}:`, cause)
}
