import { hash } from 'node:crypto'
import type { JsonValue } from '#pipeline/document.ts'
import type { StoredValue } from '#pipeline/events.ts'

/** What a step left behind: enough to not run it again. */
export interface CachedOutput {
  output: StoredValue
  ports: string[]
}

/** Where cached outputs outlive the process. */
export interface StepCacheStore {
  read(workspaceId: string, key: string): Promise<CachedOutput | undefined>
  write(workspaceId: string, key: string, cached: CachedOutput): Promise<void>
}

/** Outputs of pure and cacheable steps by what they depend on. */
export interface StepCache {
  /** Whether steps of this type take long enough for a look-up to pay. */
  pays(type: string): boolean
  read(workspaceId: string, key: string): Promise<CachedOutput | undefined>
  /** Tells how long the step took; keeps its output when that pays. */
  write(workspaceId: string, type: string, key: string | null, durationMs: number, cached: CachedOutput): void
}

/** Steps quicker than this are computed again: hashing and looking up would cost about as much. */
const worthMs = 3
/** Outputs of steps at least this slow are stored for other processes and later ones. */
const worthStoringMs = 30
/** Entries kept in memory. */
const memoryLimit = 2_000

/** A cache in memory, in front of a store if there is one. */
export function createStepCache(store?: StepCacheStore): StepCache {
  const memory = new Map<string, CachedOutput>()
  const averageMs = new Map<string, number>()
  const place = (workspaceId: string, key: string): string => `${workspaceId}/${key}`

  function remember(at: string, cached: CachedOutput): void {
    memory.delete(at)
    memory.set(at, cached)
    if (memory.size > memoryLimit) memory.delete(memory.keys().next().value!)
  }

  return {
    pays: (type) => (averageMs.get(type) ?? worthMs) >= worthMs,
    async read(workspaceId, key) {
      const at = place(workspaceId, key)
      const cached = memory.get(at) ?? (await store?.read(workspaceId, key))
      if (cached) remember(at, cached)
      return cached
    },
    write(workspaceId, type, key, durationMs, cached) {
      const before = averageMs.get(type)
      averageMs.set(type, before === undefined ? durationMs : before * 0.9 + durationMs * 0.1)
      if (key === null || durationMs < worthMs) return
      remember(place(workspaceId, key), cached)
      // A cache that could not be written is a slower next run, no failure of this one.
      if (store && durationMs >= worthStoringMs) store.write(workspaceId, key, cached).catch(() => {})
    },
  }
}

/** The key of a step run: type, version and everything its output can depend on. */
export function stepCacheKey(parts: { type: string; version: number } & Record<string, JsonValue | undefined>): string {
  return hash('sha256', JSON.stringify(parts))
}
