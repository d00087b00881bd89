import { bigint, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { createdAt, workspaceId } from './columns.ts'

/** The workspace's files as people see them; the bytes are on disk under the data directory. */
export const files = pgTable(
  'files',
  {
    workspaceId: workspaceId(),
    /** Relative path with `/`. */
    path: text('path').notNull(),
    size: bigint('size', { mode: 'number' }).notNull(),
    mediaType: text('media_type').notNull(),
    createdAt: createdAt(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.path] })],
)
