import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OrchestratorError } from '#pipeline/errors.ts'
import { newId } from '#pipeline/new-id.ts'
import type { BlobStore } from './blob-types.ts'

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function notFound(hash: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError('not-found', `there is no stored value ${hash}`, { cause, retryable: false })
}

function checked(hash: string, bytes: Uint8Array): Uint8Array {
  if (hashOf(bytes) === hash) return bytes
  const message = `the stored value ${hash} is damaged: its ${bytes.length} bytes have another hash`
  throw new OrchestratorError('internal', message, { retryable: false })
}

/** Blobs as files under `folder`, named by hash. Processes may share the folder. */
export function createFolderBlobs(folder: string): BlobStore {
  // A level of subfolders keeps listings short.
  const pathOf = (hash: string) => join(folder, hash.slice(0, 2), hash)
  const has = async (hash: string) =>
    /^[0-9a-f]{64}$/.test(hash) &&
    (await stat(pathOf(hash)).then(
      () => true,
      () => false,
    ))
  return {
    has,
    async put(bytes) {
      const hash = hashOf(bytes)
      if (await has(hash)) return hash
      const path = pathOf(hash)
      const draft = join(folder, `draft-${newId()}`)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      try {
        const file = await open(draft, 'wx', 0o600)
        try {
          await file.writeFile(bytes)
          // Before the rename, or the name might outlive a power cut without its content.
          await file.datasync()
        } finally {
          await file.close()
        }
        await rename(draft, path)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
      return hash
    },
    async get(hash) {
      // Anything else is no hash of ours, and must not become a path.
      if (!/^[0-9a-f]{64}$/.test(hash)) throw notFound(hash)
      const bytes = await readFile(pathOf(hash)).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? notFound(hash, error) : error
      })
      return checked(hash, bytes)
    },
  }
}

/** Blobs in memory, for runs from the command line and tests. */
export function createMemoryBlobs(): BlobStore {
  const stored = new Map<string, Uint8Array>()
  return {
    has: async (hash) => stored.has(hash),
    async put(bytes) {
      const hash = hashOf(bytes)
      // A copy: the caller may go on using its buffer.
      if (!stored.has(hash)) stored.set(hash, Uint8Array.from(bytes))
      return hash
    },
    async get(hash) {
      const bytes = stored.get(hash)
      if (!bytes) throw notFound(hash)
      return bytes
    },
  }
}
