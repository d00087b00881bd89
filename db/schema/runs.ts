import { runStatuses, type RunEvent } from '#pipeline/events.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  pgTable,
  pgView,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { createdAt, workspaceId } from './columns.ts'
import { json } from './json.ts'
import { pipelines } from './pipelines.ts'

/** Which items of which map a part works on, and the values its body sees from outside. */
export interface RunPart {
  path: string
  /** Attempt of the map that the part belongs to. */
  attempt: number
  from: number
  count: number
  /** Stored value of its items, a list. */
  items: unknown
  /** How many of them it works on at a time. */
  concurrency: number
  itemErrors: 'collect' | 'drop' | 'fail'
  /** Whether results are kept. */
  keep: boolean
  /** Stored value of the names in scope around the map, as an object. */
  scope: unknown
}

const isListed = sql`parent_run_id is null`

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
    /** What makes it differ from a plain run of its document. */
    options: json('options').$type<RunOptions>(),
    /** Documents of called pipelines as they were when the run was made: hash by `<pipeline id>@<version or latest>`. */
    calls: json('calls').$type<Record<string, string>>(),
    /** The run whose outputs this one may reuse: where it was retried, re-run or stepped from. */
    sourceRunId: text('source_run_id'),
    /** Set for a part of a spread map: the run and the map it works for. Parts are in no list. */
    parentRunId: text('parent_run_id'),
    part: json('part').$type<RunPart>(),
    /** When the first of the waits of a `waiting` run is over, if it has a time. */
    wakeAt: timestamp('wake_at', { withTimezone: true }),
    /** A second start with the same key gives this run instead. */
    idempotencyKey: text('idempotency_key'),
    /** Runs of one pipeline with an equal key count together for its `concurrency`. */
    concurrencyKey: text('concurrency_key'),
    priority: integer('priority').notNull().default(0),
    /** Labels a worker must announce to take the run. */
    labels: text('labels')
      .array()
      .notNull()
      .default(sql`'{}'::text[]`),
    /** US dollars spent on models so far. */
    costUsd: doublePrecision('cost_usd').notNull().default(0),
    createdAt: createdAt(),
    startedAt: timestamp('started_at', { withTimezone: true }),
    finishedAt: timestamp('finished_at', { withTimezone: true }),
    createdBy: text('created_by').notNull(),
    /** Somebody wants to have it for good: retention leaves it alone. */
    keep: boolean('keep').notNull().default(false),
  },
  (table) => [
    // Lists: newest first is these from their ends, and a cursor is a place in them. Parts of spread maps are in none.
    index('runs_listed').on(table.workspaceId, table.createdAt, table.id).where(isListed),
    index('runs_listed_by_pipeline').on(table.workspaceId, table.pipelineId, table.createdAt, table.id).where(isListed),
    index('runs_listed_by_status').on(table.workspaceId, table.status, table.createdAt, table.id).where(isListed),
    index('runs_listed_by_trigger').on(table.workspaceId, table.trigger, table.createdAt, table.id).where(isListed),
    index('runs_listed_by_name').on(table.workspaceId, table.pipelineName, table.createdAt, table.id).where(isListed),
    index('runs_listed_kept')
      .on(table.workspaceId, table.createdAt, table.id)
      .where(sql`parent_run_id is null and keep`),
    // Beside these: runs_by_error_words, which only its migration can say (see db/error-words.ts).
    uniqueIndex('runs_by_idempotency_key')
      .on(table.workspaceId, table.idempotencyKey)
      .where(sql`idempotency_key is not null`),
    index('runs_due')
      .on(table.wakeAt)
      .where(sql`wake_at is not null`),
    index('runs_by_parent')
      .on(table.parentRunId)
      .where(sql`parent_run_id is not null`),
    index('runs_by_source')
      .on(table.sourceRunId)
      .where(sql`source_run_id is not null`),
    index('runs_active_by_concurrency_key')
      .on(table.pipelineId, table.concurrencyKey)
      .where(sql`concurrency_key is not null and status in ('queued', 'running', 'waiting', 'paused')`),
    // Workers look for the runs of dead ones twice a second: that must not cost the length of the history.
    index('runs_unfinished')
      .on(table.owner)
      .where(sql`status in ('queued', 'running')`),
  ],
)

/**
 * The journal, several events to a row (see `server/engine/journal-rows.ts`). Belongs to a workspace through its run: no column
 * of its own, because every byte here is written per step. No foreign key either: an append joins the run's row anyway, and
 * checking again for each event costs a third of the throughput. Whoever deletes runs deletes their events in the same transaction.
 */
export const runEvents = pgTable(
  'run_events',
  {
    runId: text('run_id').notNull(),
    /** Of the last event of the row. */
    seq: integer('seq').notNull(),
    /** A list of events; one event and no list in rows of the first release. */
    data: json('data').$type<RunEvent | RunEvent[]>().notNull(),
    /** Epoch milliseconds, by the clock of the worker. */
    at: bigint('at', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.seq] })],
)

/** The journal with one event a row, for queries that look for some of them. Reading all of a run is faster from the table. */
export const runJournal = pgView('run_journal', {
  runId: text('run_id').notNull(),
  seq: integer('seq').notNull(),
  data: json('data').$type<RunEvent>().notNull(),
  at: bigint('at', { mode: 'number' }).notNull(),
}).as(sql`
  select r.run_id, r.seq - r.count + e.place::int as seq, e.data, r.at
  from (
    select run_id, seq, at, events, json_array_length(events) as count
    from (
      select run_id, seq, at, case when json_typeof(data) = 'array' then data else json_build_array(data) end as events
      from run_events
    ) as lists
  ) as r, json_array_elements(r.events) with ordinality as e(data, place)`)

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
