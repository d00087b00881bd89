import { OrchestratorError } from '#pipeline/errors.ts'
import type { Database, DatabaseOptions } from './database.ts'

export type { Database, DatabaseOptions, Query, Session, Transaction } from './database.ts'

/**
 * Opens the database, migrated and with the local workspace in it. Throws `directory-in-use` when another process holds the
 * folder and `database-unavailable` when PostgreSQL does not answer. Never closes by itself.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  // Each loads its own driver: neither is small.
  if (options.url) return (await import('./postgres/open-postgres.ts')).openPostgres(options.url)
  if (options.memory) return (await import('./pglite/open-pglite.ts')).openPgliteInMemory()
  if (options.dataDir) return (await import('./pglite/open-pglite.ts')).openPglite(options.dataDir)
  throw new OrchestratorError('invalid-request', 'no place for the database was given: pass url, dataDir or memory')
}
