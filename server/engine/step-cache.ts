import { hash } from 'node:crypto'
import type { JsonValue } from '#pipeline/document.ts'
import type { StoredValue } from '#pipeline/events.ts'

/** What a step left behind: enough to not run it again. */
export interface CachedOutput {
  output: StoredValue
  ports: string[]
}

/** A cached output and when it came about, in epoch milliseconds. */
export interface CacheEntry extends CachedOutput {
  at: number
}

/** Where cached outputs outlive the process. */
export interface StepCacheStore {
  read(workspaceId: string, key: string): Promise<CacheEntry | undefined>
  /** Replaces what is there. */
  write(workspaceId: string, key: string, cached: CachedOutput): Promise<void>
}

/** Outputs of steps by what they depend on. */
export interface StepCache {
  /** Whether steps of this type take long enough for a look-up to pay. */
  pays(type: string): boolean
  /** What is there and not older than `maxAgeMs` (null: of any age). */
  read(workspaceId: string, key: string, maxAgeMs?: number | null): Promise<CachedOutput | undefined>
  /** Tells how long the step took; keeps its output when that pays. */
  write(workspaceId: string, type: string, key: string | null, durationMs: number, cached: CachedOutput): void
  /** Keeps an output because the step asks for it, however quick it was; resolves once other processes can have it. */
  keep(workspaceId: string, key: string, cached: CachedOutput): Promise<void>
}

/** Steps quicker than this are computed again: hashing and looking up would cost about as much. */
const worthMs = 3
/** Outputs of steps at least this slow are stored for other processes and later ones. */
const worthStoringMs = 30
/** Entries kept in memory. */
const memoryLimit = 2_000

/** A cache in memory, in front of a store if there is one. */
export function createStepCache(store?: StepCacheStore, now: () => number = Date.now): StepCache {
  const memory = new Map<string, CacheEntry>()
  const averageMs = new Map<string, number>()
  const place = (workspaceId: string, key: string): string => `${workspaceId}/${key}`

  function remember(at: string, cached: CacheEntry): void {
    memory.delete(at)
    memory.set(at, cached)
    if (memory.size > memoryLimit) memory.delete(memory.keys().next().value!)
  }

  return {
    pays: (type) => (averageMs.get(type) ?? worthMs) >= worthMs,
    async read(workspaceId, key, maxAgeMs = null) {
      const at = place(workspaceId, key)
      const isFresh = (entry: CacheEntry | undefined): entry is CacheEntry =>
        entry !== undefined && (maxAgeMs === null || now() - entry.at < maxAgeMs)
      const known = memory.get(at)
      // What is too old here may have been made anew by another process.
      const entry = isFresh(known) ? known : await store?.read(workspaceId, key)
      if (!isFresh(entry)) return undefined
      remember(at, entry)
      return { output: entry.output, ports: entry.ports }
    },
    write(workspaceId, type, key, durationMs, cached) {
      const before = averageMs.get(type)
      averageMs.set(type, before === undefined ? durationMs : before * 0.9 + durationMs * 0.1)
      if (key === null || durationMs < worthMs) return
      remember(place(workspaceId, key), { ...cached, at: now() })
      // A cache that could not be written is a slower next run, no failure of this one.
      if (store && durationMs >= worthStoringMs) store.write(workspaceId, key, cached).catch(() => {})
    },
    async keep(workspaceId, key, cached) {
      remember(place(workspaceId, key), { ...cached, at: now() })
      await store?.write(workspaceId, key, cached)
    },
  }
}

/** The key of a step run: type, version and everything its output can depend on. */
export function stepCacheKey(parts: { type: string; version: number } & Record<string, JsonValue | undefined>): string {
  return hash('sha256', JSON.stringify(parts))
}
