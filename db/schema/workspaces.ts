import { pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { json } from './json.ts'

/** The tenant. Every other row belongs to one. */
export const workspaces = pgTable('workspaces', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  /** Plain settings (default model, network guard). Never secrets. */
  settings: json('settings').$type<Record<string, unknown>>().notNull().default({}),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
})

export const members = pgTable(
  'members',
  {
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    id: text('id').notNull(),
    name: text('name').notNull(),
    role: text('role', { enum: ['owner', 'editor', 'viewer'] }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
)
