import { runStatuses, type RunEvent } from '#pipeline/events.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import { sql } from 'drizzle-orm'
import { bigint, doublePrecision, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { createdAt, workspaceId } from './columns.ts'
import { json } from './json.ts'
import { pipelines } from './pipelines.ts'

export const runs = pgTable(
  'runs',
  {
    id: text('id').primaryKey(),
    workspaceId: workspaceId(),
    /** Null for runs of a file from the command line. */
    pipelineId: text('pipeline_id').references(() => pipelines.id, { onDelete: 'set null' }),
    pipelineName: text('pipeline_name').notNull(),
    /** Null when the draft was run. */
    versionNumber: integer('version_number'),
    documentHash: text('document_hash').notNull(),
    kind: text('kind', { enum: ['run', 'preview'] })
      .notNull()
      .default('run'),
    trigger: text('trigger', { enum: ['manual', 'cli', 'api', 'schedule'] })
      .notNull()
      .default('manual'),
    status: text('status', { enum: runStatuses }).notNull().default('queued'),
    inputs: json('inputs').$type<Record<string, unknown>>().notNull(),
    outputs: json('outputs').$type<unknown>(),
    error: json('error').$type<ErrorInfo>(),
    /** Raised at every claim; an append under an older epoch is refused. */
    epoch: integer('epoch').notNull().default(0),
    /** Worker that holds the run, null when none does. */
    owner: text('owner'),
    stepsDone: integer('steps_done').notNull().default(0),
    stepsFailed: integer('steps_failed').notNull().default(0),
    /** US dollars spent on models so far. */
    costUsd: doublePrecision('cost_usd').notNull().default(0),
    createdAt: createdAt(),
    startedAt: timestamp('started_at', { withTimezone: true }),
    finishedAt: timestamp('finished_at', { withTimezone: true }),
    createdBy: text('created_by').notNull(),
  },
  (table) => [
    index('runs_by_workspace').on(table.workspaceId, table.createdAt.desc(), table.id),
    index('runs_by_pipeline').on(table.workspaceId, table.pipelineId, table.createdAt.desc()),
    index('runs_by_status').on(table.workspaceId, table.status, table.createdAt.desc()),
    // Workers look for the runs of dead ones twice a second: that must not cost the length of the history.
    index('runs_unfinished')
      .on(table.owner)
      .where(sql`status in ('queued', 'running')`),
  ],
)

/**
 * The journal. Belongs to a workspace through its run: no column of its own, because every byte here is written per step. No
 * foreign key either: an append joins the run's row anyway, and checking again for each event costs a third of the
 * throughput. Whoever deletes runs deletes their events in the same transaction.
 */
export const runEvents = pgTable(
  'run_events',
  {
    runId: text('run_id').notNull(),
    seq: integer('seq').notNull(),
    data: json('data').$type<RunEvent>().notNull(),
    /** Epoch milliseconds, by the clock of the worker. */
    at: bigint('at', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.seq] })],
)

/** Outputs of pure and cacheable steps by key (hash of type, version, resolved settings, inputs). */
export const stepCache = pgTable(
  'step_cache',
  {
    workspaceId: workspaceId(),
    key: text('key').notNull(),
    output: json('output').notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.key] })],
)
