import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Database, Transaction } from '#db/client.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { BlobStore } from '#server/blobs/blobs.ts'
import { createFolderStore } from '#server/files/folder-store.ts'
import { sweepLock } from '#server/retention/sweep-lock.ts'
import { BackupEncoder } from './backup-format.ts'
import { type BackupTable, findTables, lastMigration, quoted } from './backup-tables.ts'

/** Values may be 16 KB each: some megabytes at a time. */
const rowsAtOnce = 200

export interface BackupSource {
  database: Database
  blobs: BlobStore
  /** Where workspace files are, in `files`. */
  dataDir: string
  /** Of the product. */
  version: string
}

/** What a backup has. */
export interface BackupSummary {
  rows: number
  blobs: number
  files: number
}

/**
 * Writes everything to a file: rows as they were at one moment, then every big value and workspace file. The server may go on
 * meanwhile on PostgreSQL. The file appears when it is whole; memory stays bounded however much there is.
 */
export async function writeBackup(source: BackupSource, file: string): Promise<BackupSummary> {
  const draft = `${file}.partial`
  const summary: BackupSummary = { rows: 0, blobs: 0, files: 0 }
  // Nothing is to be deleted between the moment of the rows and the copy of the values they refer to.
  const session = await source.database.openSession()
  try {
    await session.query('select pg_advisory_lock($1)', [sweepLock])
    await pipeline(
      Readable.from(records(source, summary), { objectMode: false }),
      createGzip({ level: 3 }),
      createWriteStream(draft, { flags: 'w', mode: 0o600, flush: true }),
    )
    await rename(draft, file)
    return summary
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  } finally {
    await session.query('select pg_advisory_unlock($1)', [sweepLock]).catch(() => {})
    await session.close()
  }
}

async function* records(source: BackupSource, summary: BackupSummary): AsyncGenerator<Buffer> {
  const encoder = new BackupEncoder()
  yield* rowRecords(source, encoder, summary)
  for await (const { hash } of source.blobs.list()) {
    const bytes = await source.blobs.get(hash).catch((error: unknown) => {
      // Listed, and gone since.
      if (error instanceof OrchestratorError && error.code === 'value-missing') return null
      throw error
    })
    if (!bytes) continue
    yield* encoder.encode({ kind: 'blob', hash, content: true }, [bytes])
    summary.blobs++
  }
  yield* fileRecords(source, encoder, summary)
  yield encoder.end()
}

/** A transaction whose work is a generator: it lasts until the generator has ended. */
async function* rowRecords(
  { database, version }: BackupSource,
  encoder: BackupEncoder,
  summary: BackupSummary,
): AsyncGenerator<Buffer> {
  const opened = Promise.withResolvers<Transaction>()
  const finished = Promise.withResolvers<void>()
  const ended = database.transaction(async (transaction) => {
    await transaction.query('set transaction isolation level repeatable read, read only')
    opened.resolve(transaction)
    await finished.promise
  })
  ended.catch(opened.reject)
  try {
    const { query } = await opened.promise
    const migration = await lastMigration(query)
    const at = new Date().toISOString()
    yield* encoder.encode({ kind: 'backup', version: 1, at, product: version, migration, database: database.kind })
    for (const table of await findTables(query)) yield* tableRecords(query, table, encoder, summary)
  } finally {
    finished.resolve()
    await ended.catch(() => {})
  }
}

async function* tableRecords(
  query: Transaction['query'],
  { name, columns }: BackupTable,
  encoder: BackupEncoder,
  summary: BackupSummary,
): AsyncGenerator<Buffer> {
  const list = columns.map((column, index) => `${quoted(column.name)}::text as c${index}`).join(', ')
  await query(`declare backup_rows no scroll cursor for select ${list} from ${quoted(name)}`)
  for (;;) {
    const { rows } = await query<Record<string, string | null>>(`fetch ${rowsAtOnce} from backup_rows`)
    if (rows.length === 0) break
    const values = rows.map((row) => columns.map((_, index) => row[`c${index}`] ?? null))
    yield* encoder.encode({ kind: 'rows', table: name, columns: columns.map((column) => column.name), rows: values })
    summary.rows += rows.length
  }
  await query('close backup_rows')
}

async function* fileRecords(
  { database, dataDir }: BackupSource,
  encoder: BackupEncoder,
  summary: BackupSummary,
): AsyncGenerator<Buffer> {
  const { rows } = await database.query<{ id: string }>('select id from workspaces order by id')
  for (const { id: workspaceId } of rows) {
    const store = createFolderStore(join(dataDir, 'files', workspaceId))
    for (const { path } of await store.list()) {
      const { stream } = await store.openRead(path)
      yield* encoder.encode({ kind: 'file', workspaceId, path, content: true }, stream as AsyncIterable<Buffer>)
      summary.files++
    }
  }
}
