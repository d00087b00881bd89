import { sql } from 'drizzle-orm'
import { bigint, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { workspaceId } from './columns.ts'

/** What the last sweep of a workspace removed, for the settings page, and when the next one is due. */
export const retentionSweeps = pgTable('retention_sweeps', {
  workspaceId: workspaceId().primaryKey(),
  at: timestamp('at', { withTimezone: true }).notNull(),
  runs: integer('runs').notNull(),
  values: integer('values').notNull(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  durationMs: integer('duration_ms').notNull(),
  /** Why it did not get through; null when it did. */
  error: text('error'),
})

/** Which runs refer to which blobs: written in the commit of the event that has the reference. */
export const runValues = pgTable(
  'run_values',
  {
    runId: text('run_id').notNull(),
    hash: text('hash').notNull(),
    /** When the run ceased to hold the blob, by the rules or with its deletion. The row goes with the blob, some time later. */
    releasedAt: timestamp('released_at', { withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.hash] }),
    index('run_values_by_hash').on(table.hash),
    index('run_values_released')
      .on(table.releasedAt)
      .where(sql`released_at is not null`),
  ],
)

/** Runs whose rows are gone and whose journals are being deleted, some rows at a time. */
export const deletedRuns = pgTable('deleted_runs', { runId: text('run_id').primaryKey() })
