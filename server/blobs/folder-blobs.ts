import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { newId } from '#pipeline/new-id.ts'
import { checkedBlob, hashOf, isHash, missingBlob } from './blob-hash.ts'
import type { BlobStore } from './blob-store.ts'

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** Drafts older than this belong to a process that is no more. */
const draftLifeMs = 24 * 3_600_000

/** Blobs as files under `folder`, named by hash. Processes may share the folder. */
export function createFolderBlobs(folder: string): BlobStore {
  // A level of subfolders keeps listings short.
  const pathOf = (hash: string): string => join(folder, hash.slice(0, 2), hash)

  /** Marks a file as put now; false when it is not there. */
  async function touch(path: string): Promise<boolean> {
    const now = new Date()
    try {
      await utimes(path, now, now)
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }

  async function write(path: string, bytes: Uint8Array): Promise<void> {
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
  }

  async function namesIn(path: string): Promise<string[]> {
    try {
      return await readdir(path)
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  }

  async function dropOldDraft(path: string): Promise<void> {
    const stats = await stat(path).catch(() => null)
    if (stats && Date.now() - stats.mtimeMs > draftLifeMs) await rm(path, { force: true })
  }

  return {
    place: folder,
    async has(hash) {
      if (!isHash(hash)) return false
      return stat(pathOf(hash)).then(
        () => true,
        () => false,
      )
    },
    async put(bytes) {
      const hash = hashOf(bytes)
      const path = pathOf(hash)
      if (!(await touch(path))) await write(path, bytes)
      return hash
    },
    async get(hash) {
      if (!isHash(hash)) throw missingBlob(hash, folder)
      const bytes = await readFile(pathOf(hash)).catch((error: unknown) => {
        throw isMissing(error) ? missingBlob(hash, folder, error) : error
      })
      return checkedBlob(hash, bytes, folder)
    },
    async drop(hash, putBefore) {
      if (!isHash(hash)) return null
      const path = pathOf(hash)
      const known = await stat(path).catch(() => null)
      if (!known || known.mtime >= putBefore) return null
      // Out of the way first: who puts it from now on writes it anew, and who put it just now has dated it.
      const aside = join(folder, `draft-${newId()}`)
      try {
        await rename(path, aside)
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
      const stats = await stat(aside)
      if (stats.mtime >= putBefore) {
        await rename(aside, path)
        return null
      }
      await rm(aside)
      return stats.size
    },
    async *list() {
      for (const name of await namesIn(folder)) {
        if (name.startsWith('draft-')) await dropOldDraft(join(folder, name))
        if (!/^[0-9a-f]{2}$/.test(name)) continue
        for (const hash of await namesIn(join(folder, name))) {
          if (!isHash(hash)) continue
          const stats = await stat(pathOf(hash)).catch(() => null)
          if (stats) yield { hash, bytes: stats.size, putAt: stats.mtime }
        }
      }
    },
  }
}
