import { bigint, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
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
