import { checkedBlob, hashOf, missingBlob } from './blob-hash.ts'
import type { BlobStore } from './blob-store.ts'

/** Blobs in memory, for runs from the command line and tests. */
export function createMemoryBlobs(): BlobStore {
  const place = 'memory'
  const stored = new Map<string, { bytes: Uint8Array; putAt: Date }>()
  return {
    place,
    has: async (hash) => stored.has(hash),
    async put(bytes) {
      const hash = hashOf(bytes)
      // A copy: the caller may go on using its buffer.
      stored.set(hash, { bytes: stored.get(hash)?.bytes ?? Uint8Array.from(bytes), putAt: new Date() })
      return hash
    },
    async get(hash) {
      const found = stored.get(hash)
      if (!found) throw missingBlob(hash, place)
      return checkedBlob(hash, found.bytes, place)
    },
    async drop(hash, putBefore) {
      const found = stored.get(hash)
      if (!found || found.putAt >= putBefore) return null
      stored.delete(hash)
      return found.bytes.length
    },
    async *list() {
      for (const [hash, { bytes, putAt }] of [...stored]) yield { hash, bytes: bytes.length, putAt }
    },
  }
}
