import type { Database } from '#db/client.ts'
import type { CachedOutput, StepCacheStore } from './step-cache.ts'

/** Larger entries (characters of JSON) are not stored. */
const largestEntry = 64 * 1024

/** Cached outputs in the database, by workspace and key. */
export function createStepCacheStore(database: Database): StepCacheStore {
  return {
    async read(workspaceId, key) {
      const { rows } = await database.query<{ output: CachedOutput; at: Date }>(
        'select output, created_at as at from step_cache where workspace_id = $1 and key = $2',
        [workspaceId, key],
        'step-cache-read',
      )
      return rows[0] && { ...rows[0].output, at: rows[0].at.getTime() }
    },
    async write(workspaceId, key, cached) {
      const output = JSON.stringify(cached)
      if (output.length > largestEntry) return
      await database.query(
        `insert into step_cache (workspace_id, key, output) values ($1, $2, $3::json)
        on conflict (workspace_id, key) do update set output = excluded.output, created_at = excluded.created_at`,
        [workspaceId, key, output],
        'step-cache-write',
      )
    },
  }
}
