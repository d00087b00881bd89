import type { Database } from '#db/client.ts'
import type { Limits } from './limit-types.ts'
import { createMemoryLimits } from './memory-limits.ts'
import { openPostgresLimits, type PostgresLimitsOptions } from './postgres-limits.ts'

export type { LimitPlace, LimitRequest, Limits } from './limit-types.ts'
export { createMemoryLimits } from './memory-limits.ts'

/** Shared step limits: of this process on the embedded database, which has no other, else of every process on it. */
export async function openLimits(database: Database, options: PostgresLimitsOptions): Promise<Limits> {
  return database.kind === 'pglite' ? createMemoryLimits() : openPostgresLimits(database, options)
}
