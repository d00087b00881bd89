import type { JsonValue } from '#pipeline/document.ts'
import { index, pgTable, primaryKey, text, timestamp, integer } from 'drizzle-orm/pg-core'
import { createdAt, workspaceId } from './columns.ts'
import { json } from './json.ts'

/** What parked steps wait for: for finding them by event, person or time. The journal has the same facts; these rows go with the wait. */
export const runWaits = pgTable(
  'run_waits',
  {
    workspaceId: workspaceId(),
    runId: text('run_id').notNull(),
    path: text('path').notNull(),
    attempt: integer('attempt').notNull(),
    kind: text('kind', { enum: ['time', 'event', 'approval', 'form'] }).notNull(),
    event: text('event'),
    /** Correlation key an event must carry. */
    key: text('key'),
    title: text('title'),
    details: json('details').$type<JsonValue>(),
    /** Unguessable part of the link under which a person answers without signing in. */
    token: text('token').unique(),
    until: timestamp('until', { withTimezone: true }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.path] }),
    index('run_waits_by_workspace').on(table.workspaceId, table.kind, table.createdAt),
    index('run_waits_by_event').on(table.workspaceId, table.event, table.key),
  ],
)

/** What was said to a run from outside and is not in its journal yet: answers, pauses, edits. Its worker takes them in order of id. */
export const runSignals = pgTable(
  'run_signals',
  {
    /** Sortable by time. */
    id: text('id').primaryKey(),
    runId: text('run_id').notNull(),
    /** Step path for an answer; null for what is said to the whole run. */
    path: text('path'),
    kind: text('kind', { enum: ['answer', 'pause', 'resume', 'edit', 'cancel'] }).notNull(),
    payload: json('payload').$type<JsonValue>(),
    by: text('by').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('run_signals_by_run').on(table.runId, table.id)],
)
