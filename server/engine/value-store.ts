import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StoredValue } from '#pipeline/events.ts'
import type { BlobStore } from '#server/blobs/blobs.ts'
import { previewValue } from './shorten-value.ts'

/** How a value will be used. */
export interface ValueUse {
  /** Soon, by whoever stores or loads it, and hardly again: it takes no room among those that are kept parsed. */
  once?: boolean
}

/** Keeps the values of a run: small ones in its events, big ones as blobs with a preview. */
export interface ValueStore {
  /** `value` must be JSON. Durable in the blob store, where it goes there, when it resolves. */
  store(value: JsonValue, use?: ValueUse): StoredValue | Promise<StoredValue>
  load(stored: StoredValue, use?: ValueUse): JsonValue | Promise<JsonValue>
}

/** Values whose JSON is up to this many characters stay in the event. */
const inlineLimit = 16_384
/** Blobs last used stay parsed in memory, up to this many bytes of JSON. */
const cacheLimit = 128 * 1024 * 1024

/** A value store over blobs. */
export function createValueStore(blobs: BlobStore): ValueStore {
  // In order of use: a Map iterates in the order of insertion.
  const cached = new Map<string, { value: JsonValue; bytes: number }>()
  let cachedBytes = 0

  function remember(hash: string, value: JsonValue, bytes: number): void {
    const before = cached.get(hash)
    if (before) cachedBytes -= before.bytes
    cached.delete(hash)
    if (bytes > cacheLimit / 4) return
    cached.set(hash, { value, bytes })
    cachedBytes += bytes
    for (const [oldest, entry] of cached) {
      if (cachedBytes <= cacheLimit) break
      cached.delete(oldest)
      cachedBytes -= entry.bytes
    }
  }

  return {
    store(value, use) {
      if (fitsInline(value)) return { value }
      const bytes = new TextEncoder().encode(JSON.stringify(value))
      return blobs.put(bytes).then((hash) => {
        if (!use?.once) remember(hash, value, bytes.length)
        return { blob: hash, bytes: bytes.length, ...previewValue(value) }
      })
    },
    load(stored, use) {
      if ('value' in stored) return stored.value
      const hit = cached.get(stored.blob)
      if (hit) {
        remember(stored.blob, hit.value, hit.bytes)
        return hit.value
      }
      return blobs.get(stored.blob).then(
        (bytes) => {
          const value = JSON.parse(new TextDecoder().decode(bytes)) as JsonValue
          if (!use?.once) remember(stored.blob, value, bytes.length)
          return value
        },
        (error: unknown) => {
          throw sized(error, stored.bytes)
        },
      )
    },
  }
}

/** People know a value that is gone by its size rather than by its hash. */
function sized(error: unknown, bytes: number): unknown {
  if (!(error instanceof OrchestratorError) || error.code !== 'value-missing') return error
  const { code, message, ...rest } = error.info
  const size = bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
  return new OrchestratorError(code, `The value of ${size} is gone. ${message}`, { ...rest, retryable: false })
}

/** A value store that keeps everything in the events: for runs without a database. */
export const inlineValueStore: ValueStore = {
  store: (value) => ({ value }),
  load(stored) {
    if ('value' in stored) return stored.value
    throw new OrchestratorError('internal', `a run in memory has no blobs, but ${stored.blob} was asked for`)
  },
}

/** Whether the JSON of a value is within the inline limit; stops counting as soon as it is not. */
function fitsInline(value: JsonValue): boolean {
  let left = inlineLimit
  function count(part: JsonValue): boolean {
    if (typeof part === 'string') left -= part.length + 2
    else if (typeof part !== 'object' || part === null) left -= 5
    else if (Array.isArray(part)) {
      left -= 2
      for (const entry of part) if (!count(entry)) return false
    } else {
      left -= 2
      for (const key in part) {
        left -= key.length + 4
        if (!count(part[key]!)) return false
      }
    }
    return left >= 0
  }
  return count(value)
}
