import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { fromPglite, PgBoss } from 'pg-boss'
import type { Database, Orm, Query, Transaction } from '../database.ts'
import { lockDirectory } from '../directory-lock.ts'
import { migrate } from '../migrate.ts'
import * as schema from '../schema/schema.ts'
import { findSeedArchive, unpackSeedArchive } from '../seed-archive.ts'
import { expectRows, startMaintenance } from './maintenance.ts'
import { PgliteThread, type PgliteStatements } from './pglite-thread.ts'

/** The embedded database in `<dataDir>/db`, made when it is not there yet. One process at a time: throws `directory-in-use`. */
export async function openPglite(dataDir: string): Promise<Database> {
  const folder = join(resolve(dataDir), 'db')
  mkdirSync(resolve(dataDir), { recursive: true, mode: 0o700 })
  const unlock = lockDirectory(folder)
  try {
    if (!existsSync(join(folder, 'PG_VERSION'))) await makeFolder(folder)
    return await toDatabase(await PgliteThread.open({ dataDir: folder }), unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

/** The embedded database without a folder: gone when it closes. */
export async function openPgliteInMemory(): Promise<Database> {
  const seedFile = findSeedArchive() ?? undefined
  return toDatabase(await PgliteThread.open({ dataDir: 'memory://', seedFile }), () => {})
}

/** Appears whole or not at all, so that a process killed half-way leaves nothing that looks like a database. */
async function makeFolder(folder: string): Promise<void> {
  const archive = findSeedArchive()
  if (archive) return unpackSeedArchive(archive, folder)
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  await (await PgliteThread.open({ dataDir: partial })).close()
  renameSync(partial, folder)
}

const toQuery =
  (statements: PgliteStatements | PgliteThread, onStatement?: () => void): Query =>
  async <Row>(text: string, parameters?: unknown[], name?: string) => {
    onStatement?.()
    const { rows, affectedRows = 0 } = await (name !== undefined && 'prepared' in statements
      ? statements.prepared(text, parameters)
      : statements.query(text, parameters))
    return { rows: rows as Row[], affected: affectedRows }
  }

// Drizzle calls nothing of PGlite that the thread's proxy lacks.
const toOrm = (statements: PgliteStatements): Orm => drizzle({ client: statements as unknown as PGlite, schema })

async function toDatabase(thread: PgliteThread, onClosed: () => void): Promise<Database> {
  const transaction: Database['transaction'] = <Result>(work: (transaction: Transaction) => Promise<Result>) =>
    thread.transaction((statements) => work({ orm: toOrm(statements), query: toQuery(statements) }))
  let statements = 0
  const query = toQuery(thread, () => {
    statements++
  })
  await migrate(transaction)
    .then(() => expectRows(query))
    .catch(async (error) => {
      await thread.close()
      throw error
    })
  const stopMaintenance = startMaintenance(query, () => statements)
  const closed = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined
  const close = async () => {
    await stopMaintenance()
    await thread.close()
    onClosed()
    closed.resolve()
  }
  return {
    kind: 'pglite',
    orm: toOrm(thread),
    query,
    transaction,
    listen: (channel, onPayload) => thread.listen(channel, onPayload),
    openSession: async () => {
      const ended = Promise.withResolvers<void>()
      void closed.promise.then(ended.resolve)
      return { query, ended: ended.promise, close: async () => ended.resolve() }
    },
    createBoss: (options) =>
      new PgBoss({ ...options, db: fromPglite(asBossClient(thread)), backend: 'pglite', useListenNotify: true }),
    bossIn: (within) => ({ executeSql: (text, values) => within.query(text, values) }),
    close: () => (closing ??= close()),
  }
}

function asBossClient(thread: PgliteThread): Parameters<typeof fromPglite>[0] {
  return {
    query: async <Row>(text: string, parameters?: unknown[]) => ({
      rows: (await thread.query(text, parameters)).rows as Row[],
    }),
    exec: (text) => thread.exec(text),
    listen: (channel, onPayload) => thread.listen(channel, onPayload),
  }
}
