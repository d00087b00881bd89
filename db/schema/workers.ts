import { sql } from 'drizzle-orm'
import { doublePrecision, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'

/** Processes that carry out or serve runs, for the page that shows them; who holds which run is told by advisory locks. */
export const workers = pgTable('workers', {
  id: text('id').primaryKey(),
  role: text('role', { enum: ['all', 'web', 'worker'] }).notNull(),
  host: text('host').notNull(),
  pid: integer('pid').notNull(),
  version: text('version').notNull(),
  labels: text('labels').array().notNull(),
  /** Places for runs, and those taken. */
  maxRuns: integer('max_runs').notNull(),
  runs: integer('runs').notNull().default(0),
  steps: integer('steps').notNull().default(0),
  /** Share of one core, 1 is a whole one. */
  cpu: doublePrecision('cpu').notNull().default(0),
  memoryBytes: doublePrecision('memory_bytes').notNull().default(0),
  stopping: integer('stopping').notNull().default(0),
  startedAt: timestamp('started_at', { withTimezone: true }).notNull().defaultNow(),
  seenAt: timestamp('seen_at', { withTimezone: true }).notNull().defaultNow(),
})

/** Places at shared step limits, by workspace and key: those taken, and the line of those that wait for one. */
export const limitHolders = pgTable(
  'limit_holders',
  {
    /** `<workspace>/<key>` */
    key: text('key').notNull(),
    holder: text('holder').notNull(),
    /** Worker whose death frees the place. */
    worker: text('worker').notNull(),
    /** Higher first, then first come. */
    priority: integer('priority').notNull().default(0),
    askedAt: timestamp('asked_at', { withTimezone: true }).notNull().defaultNow(),
    /** The limits it goes by: places at once, and starts in any span of `rateMs`. */
    concurrency: integer('concurrency'),
    rateCount: integer('rate_count'),
    rateMs: integer('rate_ms'),
    /** Null while it waits. */
    takenAt: timestamp('taken_at', { withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.key, table.holder] }),
    index('limit_holders_waiting')
      .on(table.key, table.priority.desc(), table.askedAt, table.holder)
      .where(sql`taken_at is null`),
  ],
)

/** When steps of a rate limit began, for as long as they count. */
export const limitStarts = pgTable(
  'limit_starts',
  {
    key: text('key').notNull(),
    id: text('id').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.key, table.id] }), index('limit_starts_by_time').on(table.key, table.at)],
)
