import type { PipelineDocument } from '#pipeline/document.ts'
import type { PipelineCard } from '#pipeline/miniature.ts'
import { index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { bytea, createdAt, workspaceId } from './columns.ts'
import { json } from './json.ts'

export const pipelines = pgTable(
  'pipelines',
  {
    id: text('id').primaryKey(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    /** The draft as JSON, kept beside the Yjs updates so that lists and runs need no Yjs. */
    document: json('document').$type<PipelineDocument>().notNull(),
    /** What lists show of the document (step count, small picture), so that lists never read documents. */
    card: json('card').$type<PipelineCard>().notNull(),
    /** All updates folded into one, rewritten from time to time. */
    snapshot: bytea('snapshot').notNull(),
    /** Number of the last update that is in `snapshot`. */
    snapshotSeq: integer('snapshot_seq').notNull().default(0),
    /** Number of the last update that is in `document`. */
    draftSeq: integer('draft_seq').notNull().default(0),
    createdAt: createdAt(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
    /** Deleting is undoable: rows are purged some days after this. */
    deletedAt: timestamp('deleted_at', { withTimezone: true }),
    createdBy: text('created_by').notNull(),
  },
  (table) => [index('pipelines_by_workspace').on(table.workspaceId, table.updatedAt.desc(), table.id)],
)

/** Yjs updates since the snapshot, in the order the server took them. */
export const pipelineUpdates = pgTable(
  'pipeline_updates',
  {
    pipelineId: text('pipeline_id')
      .notNull()
      .references(() => pipelines.id, { onDelete: 'cascade' }),
    workspaceId: workspaceId(),
    seq: integer('seq').notNull(),
    /** Names the browser tab, so that it can ignore its own echo. */
    client: text('client').notNull(),
    update: bytea('update').notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.pipelineId, table.seq] })],
)

/** Documents by content hash: versions and runs point here, so equal documents are stored once. */
export const documents = pgTable(
  'documents',
  {
    workspaceId: workspaceId(),
    hash: text('hash').notNull(),
    content: json('content').$type<PipelineDocument>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.hash] })],
)

export const pipelineVersions = pgTable(
  'pipeline_versions',
  {
    pipelineId: text('pipeline_id')
      .notNull()
      .references(() => pipelines.id, { onDelete: 'cascade' }),
    workspaceId: workspaceId(),
    number: integer('number').notNull(),
    documentHash: text('document_hash').notNull(),
    message: text('message').notNull().default(''),
    createdAt: createdAt(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.pipelineId, table.number] })],
)
