import type { Database } from '#db/client.ts'
import type { CachedOutput, StepCacheStore } from './step-cache.ts'

/** Larger entries (characters of JSON) are not stored. */
const largestEntry = 64 * 1024

/** Cached outputs in the database, by workspace and key. */
export function createStepCacheStore(database: Database): StepCacheStore {
  return {
    async read(workspaceId, key) {
      const { rows } = await database.query<{ output: CachedOutput }>(
        'select output from step_cache where workspace_id = $1 and key = $2',
        [workspaceId, key],
        'step-cache-read',
      )
      return rows[0]?.output
    },
    async write(workspaceId, key, cached) {
      const output = JSON.stringify(cached)
      if (output.length > largestEntry) return
      await database.query(
        'insert into step_cache (workspace_id, key, output) values ($1, $2, $3::json) on conflict do nothing',
        [workspaceId, key, output],
        'step-cache-write',
      )
    },
  }
}
