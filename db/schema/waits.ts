import type { JsonValue } from '#pipeline/document.ts'
import type { Answer } from '#pipeline/events.ts'
import { sql } from 'drizzle-orm'
import { index, pgTable, primaryKey, text, timestamp, integer } from 'drizzle-orm/pg-core'
import { createdAt, workspaceId } from './columns.ts'
import { json } from './json.ts'

/**
 * What parked steps wait for from outside: an event or a person (a wait for a time alone is `wake_at` of its run). The journal
 * has the same facts; these rows are for finding them, and they decide whose answer was first. Rows of events go with the wait,
 * those of people stay with their run, so that a link can say who has answered.
 */
export const runWaits = pgTable(
  'run_waits',
  {
    workspaceId: workspaceId(),
    runId: text('run_id').notNull(),
    path: text('path').notNull(),
    attempt: integer('attempt').notNull(),
    /** `id` of the wait in the journal: tells the waits of one step apart. */
    id: text('id').notNull().unique(),
    kind: text('kind', { enum: ['event', 'approval', 'form'] }).notNull(),
    event: text('event'),
    /** Correlation key an event must carry; any when null. */
    key: text('key'),
    title: text('title'),
    details: json('details').$type<JsonValue>(),
    /** Unguessable part of the link under which a person answers without signing in. */
    token: text('token').unique(),
    until: timestamp('until', { withTimezone: true }),
    createdAt: createdAt(),
    /** What the wait came to; whoever sets it first has answered, and the step goes on from it. */
    answer: json('answer').$type<Answer>(),
    /** Since when the journal says that the step no longer waits; without an answer it was cancelled. */
    endedAt: timestamp('ended_at', { withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.path] }),
    index('run_waits_open')
      .on(table.workspaceId, table.createdAt, table.id)
      .where(sql`ended_at is null and kind <> 'event'`),
    index('run_waits_by_event')
      .on(table.workspaceId, table.event, table.key)
      .where(sql`ended_at is null and kind = 'event'`),
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
    kind: text('kind', { enum: ['answer', 'pause', 'resume', 'edit', 'breakpoints', 'cancel'] }).notNull(),
    payload: json('payload').$type<JsonValue>(),
    by: text('by').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('run_signals_by_run').on(table.runId, table.id)],
)

/** Events of the last hour: for waits that begin after the event they wait for. */
export const sentEvents = pgTable(
  'sent_events',
  {
    workspaceId: workspaceId(),
    /** Given by the sender, so that an event sent twice is one, or else sortable by time. */
    id: text('id').notNull(),
    name: text('name').notNull(),
    key: text('key'),
    payload: json('payload').$type<JsonValue>(),
    by: text('by').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    index('sent_events_by_name').on(table.workspaceId, table.name, table.key, table.createdAt),
    index('sent_events_by_time').on(table.createdAt),
  ],
)

/** Which runs were given which event: each at most once. */
export const takenEvents = pgTable(
  'taken_events',
  {
    workspaceId: workspaceId(),
    eventId: text('event_id').notNull(),
    runId: text('run_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.eventId, table.runId] })],
)
