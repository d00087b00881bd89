import { join } from 'node:path'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type { Query, Transaction } from './database.ts'

/** SQL made by `npm run db:generate` from db/schema. */
export const migrationsFolder = join(import.meta.dirname, 'migrations')

/** Any number that nothing else locks. */
const migrationLock = 7_220_413

/**
 * Applies the migrations that are missing, all or none, and makes the local workspace with its owner. Processes that start
 * together on one PostgreSQL wait for each other.
 */
export async function migrate(
  transaction: <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>,
): Promise<void> {
  await transaction(async ({ query }) => {
    await query('select pg_advisory_xact_lock($1)', [migrationLock])
    await query('create schema if not exists drizzle')
    // The table drizzle-kit's own migrate command uses, so that either may be used on a database.
    await query(
      'create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
    )
    await applyMissing(query)
    await query("insert into workspaces (id, name) values ('local', 'Local') on conflict do nothing")
    await query(
      "insert into members (workspace_id, id, name, role) values ('local', 'owner', 'Owner', 'owner') on conflict do nothing",
    )
  })
}

async function applyMissing(query: Query): Promise<void> {
  const { rows } = await query<{ last: number | null }>(
    'select max(created_at) as last from drizzle.__drizzle_migrations',
  )
  const last = rows[0]?.last ?? 0
  for (const migration of readMigrationFiles({ migrationsFolder })) {
    if (migration.folderMillis <= last) continue
    for (const statement of migration.sql) await query(statement)
    await query('insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)', [
      migration.hash,
      migration.folderMillis,
    ])
  }
}
