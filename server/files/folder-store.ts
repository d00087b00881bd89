import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { OrchestratorError } from '#pipeline/errors.ts'
import { normalizeFilePath } from './file-path.ts'
import { createSerialByKey } from './serial-by-key.ts'

export interface StoredFile {
  path: string
  size: number
  modifiedAt: Date
}

/** Bytes under one folder. Paths are those of `normalizeFilePath`; links that lead out of the folder are refused. */
export interface FolderStore {
  read(path: string): Promise<Buffer>
  /** The file as a stream; the caller consumes or destroys it. */
  openRead(path: string): Promise<{ file: StoredFile; stream: Readable }>
  stat(path: string): Promise<StoredFile | null>
  /** Replaces the whole file in one step: a reader sees the old content or the new, never a mixture. */
  write(path: string, content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<StoredFile>
  /** Appends in call order; concurrent appends to one path never interleave. */
  append(path: string, content: string | Uint8Array): Promise<StoredFile>
  delete(path: string): Promise<boolean>
  rename(from: string, to: string): Promise<StoredFile>
  list(): Promise<StoredFile[]>
}

/** Default limit of one file: 100 MB. */
const defaultMaxFileBytes = 100 * 1024 * 1024

const temporaryPrefix = '.writing-'

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toLocaleString('en', { maximumFractionDigits: 1 })} MB`

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** Opens the store at a folder, which is made when the first file is written. */
export function createFolderStore(root: string, options: { maxFileBytes?: number } = {}): FolderStore {
  const maxFileBytes = options.maxFileBytes ?? defaultMaxFileBytes
  const serial = createSerialByKey()

  const tooLarge = (path: string) =>
    new OrchestratorError('file-too-large', `${path} would be larger than the limit of ${megabytes(maxFileBytes)}.`, {
      fix: 'Write smaller files, or raise the file size limit.',
      retryable: false,
    })
  const notFound = (path: string) =>
    new OrchestratorError('file-not-found', `There is no file "${path}".`, {
      fix: 'Check the spelling, or upload the file first.',
      retryable: false,
    })

  /** The real place of a path; what exists of it must lie in the real root, so that no link leads out. */
  async function locate(path: string): Promise<string> {
    const target = join(root, ...path.split('/'))
    const outside = () =>
      new OrchestratorError('path-outside', `"${path}" leads out of the workspace through a link.`, {
        fix: 'Use a file that is really inside the workspace.',
        retryable: false,
      })
    for (let existing = target; ; existing = dirname(existing)) {
      try {
        const realRoot = await realpath(root)
        const real = await realpath(existing)
        if (real !== realRoot && !real.startsWith(realRoot + sep)) throw outside()
        return target
      } catch (error) {
        if (!isMissing(error)) throw error
        if (existing === root) return target
        // A link to what does not exist yet would be followed by whoever makes the file.
        if ((await lstat(existing).catch(() => null))?.isSymbolicLink()) throw outside()
      }
    }
  }

  async function statOrNull(path: string, target: string): Promise<StoredFile | null> {
    try {
      const stats = await stat(target)
      return stats.isFile() ? { path, size: stats.size, modifiedAt: stats.mtime } : null
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  async function existing(path: string): Promise<{ file: StoredFile; target: string }> {
    const target = await locate(path)
    const file = await statOrNull(path, target)
    if (!file) throw notFound(path)
    return { file, target }
  }

  /** Makes the folders above a file; a file in the way of a folder, or a folder in that of the file, is said so. */
  async function prepare(path: string): Promise<string> {
    const target = await locate(path)
    try {
      await mkdir(dirname(target), { recursive: true })
      const stats = await stat(target).catch((error: unknown) => {
        if (isMissing(error)) return null
        throw error
      })
      if (stats?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code !== 'EEXIST' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error
      throw new OrchestratorError(
        'invalid-request',
        code === 'EISDIR' ? `"${path}" is a folder.` : `"${path}" goes through something that is a file.`,
        { fix: 'Choose another path.', cause: error, retryable: false },
      )
    }
    return target
  }

  async function writeWhole(path: string, content: string | Uint8Array | AsyncIterable<Uint8Array>) {
    const target = await prepare(path)
    const temporary = join(dirname(target), `${temporaryPrefix}${randomUUID()}`)
    try {
      if (typeof content === 'string' || content instanceof Uint8Array) {
        const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content
        if (bytes.byteLength > maxFileBytes) throw tooLarge(path)
        const handle = await open(temporary, 'wx')
        try {
          await handle.writeFile(bytes)
          await handle.sync()
        } finally {
          await handle.close()
        }
      } else {
        let size = 0
        const limit = new Transform({
          transform(chunk: Buffer, _encoding, done) {
            size += chunk.length
            if (size > maxFileBytes) done(tooLarge(path))
            else done(null, chunk)
          },
        })
        await pipeline(Readable.from(content), limit, createWriteStream(temporary, { flags: 'wx', flush: true }))
      }
      await rename(temporary, target)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    return (await existing(path)).file
  }

  async function walk(folder: string, found: StoredFile[]): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return []
      throw error
    })
    for (const entry of entries) {
      const place = join(folder, entry.name)
      if (entry.isDirectory()) await walk(place, found)
      else if (entry.isFile() && !entry.name.startsWith(temporaryPrefix)) {
        const file = await statOrNull(relative(root, place).split(sep).join('/'), place)
        if (file) found.push(file)
      }
    }
  }

  return {
    async read(path) {
      const { target, file } = await existing(normalizeFilePath(path))
      if (file.size > maxFileBytes) throw tooLarge(path)
      return readFile(target)
    },
    async openRead(path) {
      const { file, target } = await existing(normalizeFilePath(path))
      return { file, stream: createReadStream(target) }
    },
    async stat(path) {
      const normalized = normalizeFilePath(path)
      return statOrNull(normalized, await locate(normalized))
    },
    write(path, content) {
      const normalized = normalizeFilePath(path)
      return serial(normalized, () => writeWhole(normalized, content))
    },
    append(path, content) {
      const normalized = normalizeFilePath(path)
      return serial(normalized, async () => {
        const target = await prepare(normalized)
        const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content
        const before = (await statOrNull(normalized, target))?.size ?? 0
        if (before + bytes.byteLength > maxFileBytes) throw tooLarge(normalized)
        const handle = await open(target, 'a')
        try {
          // One write call: the operating system puts it at the end as a whole, also against other processes.
          await handle.write(bytes)
          const stats = await handle.stat()
          return { path: normalized, size: stats.size, modifiedAt: stats.mtime }
        } finally {
          await handle.close()
        }
      })
    },
    delete(path) {
      const normalized = normalizeFilePath(path)
      return serial(normalized, async () => {
        const target = await locate(normalized)
        if (!(await statOrNull(normalized, target))) return false
        await rm(target)
        return true
      })
    },
    rename(from, to) {
      const source = normalizeFilePath(from)
      const destination = normalizeFilePath(to)
      return serial(source, async () => {
        const { target } = await existing(source)
        const place = await prepare(destination)
        if (source !== destination && (await statOrNull(destination, place))) {
          throw new OrchestratorError('conflict', `There is already a file "${destination}".`, { retryable: false })
        }
        await rename(target, place)
        return (await existing(destination)).file
      })
    },
    async list() {
      const found: StoredFile[] = []
      await walk(root, found)
      return found.sort((left, right) => (left.path < right.path ? -1 : 1))
    },
  }
}
