import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Query } from '#db/client.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { createFolderStore } from '#server/files/folder-store.ts'
import { type BackupHeader, type BackupRecord, decodeBackup } from './backup-format.ts'
import { type BackupTable, findTables, lastMigration, quoted } from './backup-tables.ts'
import type { BackupSource, BackupSummary } from './write-backup.ts'

/** The place a backup is restored into. */
export type RestoreTarget = Omit<BackupSource, 'version'>

/** A worker of this name never was: its runs are taken over by the first that looks. */
const nobody = 'restored'

/**
 * Puts everything of a backup into an empty place, of either kind of database. Throws `invalid-request` for a file that is
 * not whole, before anything is changed, and `conflict` for a place that is not empty. Rows come all or none, and last.
 */
export async function restoreBackup(target: RestoreTarget, file: string): Promise<BackupSummary> {
  await check(target, file)
  await refuseUnlessEmpty(target)
  const summary: BackupSummary = { rows: 0, blobs: 0, files: 0 }
  // Values and files first: what is there without a row to it does no harm, should this be interrupted.
  for await (const record of readRecords(file)) await restoreContent(target, record, summary)
  await target.database.transaction(async ({ query }) => {
    const tables = new Map((await findTables(query)).map((table) => [table.name, table]))
    // The migrations made the one workspace that is always there.
    await query('delete from workspaces')
    for await (const { header } of readRecords(file)) {
      if (header.kind === 'rows') summary.rows += await insertRows(query, tables, header)
    }
    await query("update runs set owner = $1 where status in ('queued', 'running')", [nobody])
  })
  await target.database.query('analyze')
  return summary
}

async function* readRecords(file: string): AsyncGenerator<BackupRecord> {
  const zipped = createReadStream(file)
  const bytes = createGunzip()
  zipped.on('error', (error) => bytes.destroy(error))
  try {
    yield* decodeBackup(zipped.pipe(bytes))
  } finally {
    zipped.destroy()
    bytes.destroy()
  }
}

/** Goes through the whole file once, so that nothing is changed by one that is damaged at its end. */
async function check({ database }: RestoreTarget, file: string): Promise<void> {
  let first: BackupHeader | undefined
  for await (const { header } of readRecords(file)) first ??= header
  if (first?.kind !== 'backup') {
    throw new OrchestratorError('invalid-request', `${file} is no backup.`, { retryable: false })
  }
  const here = await lastMigration(database.query)
  if (first.migration <= here) return
  throw new OrchestratorError('invalid-request', `${file} is of a newer release (${first.product}).`, {
    fix: `Restore it with release ${first.product} or a later one.`,
    retryable: false,
  })
}

async function refuseUnlessEmpty({ database, dataDir }: RestoreTarget): Promise<void> {
  const found: string[] = []
  for (const { name } of await findTables(database.query)) {
    if (name === 'workspaces' || name === 'members') continue
    const { rows } = await database.query(`select 1 from ${quoted(name)} limit 1`)
    if (rows.length > 0) found.push(name)
  }
  const { rows } = await database.query<{ id: string }>('select id from workspaces')
  for (const { id } of rows) {
    if ((await createFolderStore(join(dataDir, 'files', id)).list()).length > 0) found.push('workspace files')
  }
  if (found.length === 0) return
  throw new OrchestratorError(
    'conflict',
    `A backup is restored into an empty place, and here is something: ${found.join(', ')}.`,
    {
      fix: 'Name another data directory (ORCHESTRATOR_DATA) or an empty database (DATABASE_URL).',
      retryable: false,
    },
  )
}

async function restoreContent(target: RestoreTarget, { header, content }: BackupRecord, summary: BackupSummary) {
  if (header.kind === 'blob') {
    const hash = await target.blobs.put(await buffer(content))
    if (hash !== header.hash) throw new OrchestratorError('internal', `value ${header.hash} came back as ${hash}`)
    summary.blobs++
  } else if (header.kind === 'file') {
    const store = createFolderStore(join(target.dataDir, 'files', header.workspaceId), {
      maxFileBytes: Number.POSITIVE_INFINITY,
    })
    await store.write(header.path, Readable.from(content))
    summary.files++
  }
}

async function insertRows(
  query: Query,
  tables: ReadonlyMap<string, BackupTable>,
  { table, columns, rows }: Extract<BackupHeader, { kind: 'rows' }>,
): Promise<number> {
  const types = new Map(tables.get(table)?.columns.map(({ name, type }) => [name, type]))
  const missing = columns.find((column) => !types.has(column))
  if (missing !== undefined) {
    throw new OrchestratorError('internal', `there is no column ${table}.${missing} to restore`, { retryable: false })
  }
  const names = columns.map(quoted).join(', ')
  const values = columns.map((column, index) => `r.c${index}::${types.get(column)}`).join(', ')
  const lists = columns.map((_, index) => `$${index + 1}::text[]`).join(', ')
  const aliases = columns.map((_, index) => `c${index}`).join(', ')
  await query(
    `insert into ${quoted(table)} (${names}) select ${values} from unnest(${lists}) as r(${aliases})`,
    columns.map((_, index) => rows.map((row) => row[index] ?? null)),
  )
  return rows.length
}
