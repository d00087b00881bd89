import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StepFiles } from '#server/steps/define-step.ts'
import { createFolderStore, type FolderStore } from './folder-store.ts'
import { mediaTypeOf } from './media-type.ts'

/** Decodes UTF-8 (a byte order mark is dropped); bytes that are not text are an `invalid-request` error. */
function decodeText(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new OrchestratorError('invalid-request', `"${path}" is not UTF-8 text.`, {
      fix: 'Save it as UTF-8, or read it as bytes.',
      cause,
      retryable: false,
    })
  }
}

/** A step's view of a folder store. */
export function stepFilesOf(store: FolderStore): StepFiles {
  return {
    read: async (path) => new Uint8Array(await store.read(path)),
    readText: async (path) => decodeText(await store.read(path), path),
    async *readStream(path) {
      const { stream } = await store.openRead(path)
      yield* stream as AsyncIterable<Uint8Array>
    },
    write: async (path, content) => sized(await store.write(path, content)),
    append: async (path, content) => sized(await store.append(path, content)),
    exists: async (path) => (await store.stat(path)) !== null,
    async list(prefix = '') {
      const files = await store.list()
      return files
        .filter((file) => file.path.startsWith(prefix))
        .map((file) => ({ path: file.path, size: file.size, mediaType: mediaTypeOf(file.path) }))
    },
  }
}

const sized = ({ path, size }: { path: string; size: number }) => ({ path, size })

/**
 * Files for runs without a server (the command line): reads and writes under `rootDir`. `readable` names files
 * elsewhere that the caller vouches for, such as those given as inputs; they can be read by their absolute path.
 */
export function createFolderFiles(
  rootDir: string,
  options: { maxFileBytes?: number; readable?: string[] } = {},
): StepFiles {
  const files = stepFilesOf(createFolderStore(rootDir, options))
  const readable = new Set((options.readable ?? []).map((path) => resolve(path)))
  return {
    ...files,
    read: async (path) => (readable.has(path) ? new Uint8Array(await readFile(path)) : files.read(path)),
    readText: async (path) => (readable.has(path) ? decodeText(await readFile(path), path) : files.readText(path)),
    readStream: (path) => (readable.has(path) ? createReadStream(path) : files.readStream(path)),
    exists: async (path) => readable.has(path) || files.exists(path),
  }
}
