import type { StoredValue } from '#pipeline/events.ts'
import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { createdAt, workspaceId } from './columns.ts'
import { json } from './json.ts'
import { pipelines } from './pipelines.ts'

/** Outputs people pinned to steps of a draft: its runs use them instead of carrying the steps out. */
export const pipelinePins = pgTable(
  'pipeline_pins',
  {
    workspaceId: workspaceId(),
    pipelineId: text('pipeline_id')
      .notNull()
      .references(() => pipelines.id, { onDelete: 'cascade' }),
    /** Document path, `each.mood`. */
    path: text('path').notNull(),
    output: json('output').$type<StoredValue>().notNull(),
    ports: json('ports').$type<string[]>(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.pipelineId, table.path] })],
)
