import { pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { bytea, createdAt, workspaceId } from './columns.ts'
import { json } from './json.ts'

/** Stored credentials for a provider or service. Write-only for people: no API returns `secret`. */
export const connections = pgTable(
  'connections',
  {
    workspaceId: workspaceId(),
    /** `openai`, `anthropic`, `google`, or a name of the owner's choosing for a compatible endpoint. */
    name: text('name').notNull(),
    provider: text('provider').notNull(),
    /** Not secret: base URL, default model. */
    settings: json('settings').$type<{ baseUrl?: string; defaultModel?: string }>().notNull().default({}),
    /** AES-256-GCM envelope, bound to workspace and name; null for endpoints without a key. */
    secret: bytea('secret'),
    /** Last four characters, shown so that people know which key it is. */
    hint: text('hint'),
    createdAt: createdAt(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.name] })],
)
