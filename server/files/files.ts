import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { and, asc, eq, sql } from 'drizzle-orm'
import type { Database } from '#db/client.ts'
import { files as filesTable } from '#db/schema/files.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { StepFiles } from '#server/steps/define-step.ts'
import { normalizeFilePath } from './file-path.ts'
import { stepFilesOf } from './folder-files.ts'
import { createFolderStore, type FolderStore, type StoredFile } from './folder-store.ts'
import { mediaTypeOf } from './media-type.ts'
import { createSerialByKey } from './serial-by-key.ts'

/** A file of a workspace. */
interface FileRecord {
  path: string
  /** Bytes. */
  size: number
  mediaType: string
  /** ISO time. */
  updatedAt: string
}

/** The files of all workspaces: bytes in folders below the data directory, a row for each in the database. */
export interface Files {
  /** By path; with a prefix only those whose path starts with it. */
  list(scope: Scope, prefix?: string): Promise<FileRecord[]>
  /** The caller consumes or destroys the stream. A missing file is `file-not-found`. */
  openRead(scope: Scope, path: string): Promise<{ file: FileRecord; stream: Readable }>
  /** Replaces the whole file in one step; more bytes than the limit are `file-too-large`, and nothing is changed. */
  write(scope: Scope, path: string, content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<FileRecord>
  append(scope: Scope, path: string, content: string | Uint8Array): Promise<FileRecord>
  delete(scope: Scope, path: string): Promise<void>
  /** A `conflict` error when there is a file of the new path. */
  rename(scope: Scope, from: string, to: string): Promise<FileRecord>
  /** What the steps of a run of this workspace get. */
  forScope(scope: Scope): StepFiles
}

export interface FilesOptions {
  database: Database
  /** Bytes are kept in `<dataDir>/files/<workspace>`. */
  dataDir: string
  /** Of one file, default 100 MB. */
  maxFileBytes?: number
}

/** Opens the files of an installation. The bytes are the truth; rows that differ are put right at the first listing. */
export function createFiles({ database, dataDir, maxFileBytes }: FilesOptions): Files {
  const stores = new Map<string, FolderStore>()
  const reconciled = new Map<string, Promise<void>>()
  const serial = createSerialByKey()
  const { orm } = database

  function storeOf({ workspaceId }: Scope): FolderStore {
    const known = stores.get(workspaceId)
    if (known) return known
    // The id becomes a folder name, so it must be one.
    if (!/^[\w-]+$/.test(workspaceId)) throw new OrchestratorError('internal', `"${workspaceId}" cannot name a folder.`)
    const store = createFolderStore(
      join(dataDir, 'files', workspaceId),
      maxFileBytes === undefined ? {} : { maxFileBytes },
    )
    stores.set(workspaceId, store)
    return store
  }

  async function record({ workspaceId }: Scope, { path, size, modifiedAt }: StoredFile): Promise<FileRecord> {
    const mediaType = mediaTypeOf(path)
    await orm
      .insert(filesTable)
      .values({ workspaceId, path, size, mediaType, updatedAt: modifiedAt })
      .onConflictDoUpdate({
        target: [filesTable.workspaceId, filesTable.path],
        set: { size, mediaType, updatedAt: modifiedAt },
      })
    return { path, size, mediaType, updatedAt: modifiedAt.toISOString() }
  }

  const forget = ({ workspaceId }: Scope, path: string) =>
    orm.delete(filesTable).where(and(eq(filesTable.workspaceId, workspaceId), eq(filesTable.path, path)))

  const rowsOf = ({ workspaceId }: Scope, prefix: string) =>
    orm
      .select()
      .from(filesTable)
      .where(and(eq(filesTable.workspaceId, workspaceId), sql`starts_with(${filesTable.path}, ${prefix})`))
      .orderBy(asc(filesTable.path))

  /** A process that died between the bytes and the row, or a person who copied a file in, leaves the two apart. */
  async function reconcile(scope: Scope): Promise<void> {
    const [stored, rows] = await Promise.all([storeOf(scope).list(), rowsOf(scope, '')])
    const known = new Map(rows.map((row) => [row.path, row]))
    for (const file of stored) {
      if (known.get(file.path)?.size !== file.size) await record(scope, file)
      known.delete(file.path)
    }
    for (const path of known.keys()) await forget(scope, path)
  }

  /** Bytes and row change together, one change of a path after another. */
  const change = <T>(scope: Scope, path: string, task: (store: FolderStore) => Promise<T>) =>
    serial(`${scope.workspaceId}/${path}`, () => task(storeOf(scope)))

  const write: Files['write'] = async (scope, path, content) =>
    change(scope, normalizeFilePath(path), async (store) => record(scope, await store.write(path, content)))

  const append: Files['append'] = async (scope, path, content) =>
    change(scope, normalizeFilePath(path), async (store) => record(scope, await store.append(path, content)))

  const list: Files['list'] = async (scope, prefix = '') => {
    let ready = reconciled.get(scope.workspaceId)
    if (!ready) {
      ready = reconcile(scope)
      reconciled.set(scope.workspaceId, ready)
      ready.catch(() => reconciled.delete(scope.workspaceId))
    }
    await ready
    const rows = await rowsOf(scope, prefix)
    return rows.map(({ path, size, mediaType, updatedAt }) => ({
      path,
      size,
      mediaType,
      updatedAt: updatedAt.toISOString(),
    }))
  }

  return {
    list,
    write,
    append,
    async openRead(scope, path) {
      const { file, stream } = await storeOf(scope).openRead(path)
      const { size, modifiedAt } = file
      return {
        file: { path: file.path, size, mediaType: mediaTypeOf(file.path), updatedAt: modifiedAt.toISOString() },
        stream,
      }
    },
    delete: async (scope, path) => {
      const normalized = normalizeFilePath(path)
      await change(scope, normalized, async (store) => {
        const existed = await store.delete(normalized)
        await forget(scope, normalized)
        if (existed) return
        throw new OrchestratorError('file-not-found', `There is no file "${normalized}".`, { retryable: false })
      })
    },
    rename: async (scope, from, to) => {
      const source = normalizeFilePath(from)
      return change(scope, source, async (store) => {
        const moved = await store.rename(source, to)
        await forget(scope, source)
        return record(scope, moved)
      })
    },
    forScope(scope) {
      const sized = ({ path, size }: FileRecord) => ({ path, size })
      return {
        ...stepFilesOf(storeOf(scope)),
        write: async (path, content) => sized(await write(scope, path, content)),
        append: async (path, content) => sized(await append(scope, path, content)),
        list: (prefix) => list(scope, prefix),
      }
    },
  }
}
