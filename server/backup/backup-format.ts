import { createHash, type Hash } from 'node:crypto'
import { OrchestratorError } from '#pipeline/errors.ts'

/**
 * A backup is records one after another, gzipped: four bytes with the length of a header, the header as JSON, and where it
 * says `content`, pieces of bytes, each after its length, until a length of 0. The last header has the SHA-256 of all before it.
 */
export type BackupHeader =
  | {
      kind: 'backup'
      version: 1
      /** ISO time. */
      at: string
      /** Version of the product, and the last migration of its database. */
      product: string
      migration: number
      database: 'pglite' | 'postgres'
    }
  /** Rows of a table: values as the database prints them, null for null. */
  | { kind: 'rows'; table: string; columns: string[]; rows: (string | null)[][] }
  | { kind: 'blob'; hash: string; content: true }
  | { kind: 'file'; workspaceId: string; path: string; content: true }
  | { kind: 'end'; records: number; sha256: string }

const maxHeaderBytes = 512 * 1024 * 1024

const lengthOf = (bytes: number): Buffer => {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(bytes)
  return buffer
}

/** Turns records into bytes, in order. */
export class BackupEncoder {
  readonly #hash: Hash = createHash('sha256')
  #records = 0

  /** A header, and the bytes that belong to it. */
  async *encode(
    header: Exclude<BackupHeader, { kind: 'end' }>,
    content?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): AsyncGenerator<Buffer> {
    this.#records++
    yield this.#taken(this.#header(header))
    if (!content) return
    for await (const piece of content) {
      if (piece.length === 0) continue
      yield this.#taken(lengthOf(piece.length))
      yield this.#taken(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))
    }
    yield this.#taken(lengthOf(0))
  }

  end(): Buffer {
    return this.#header({ kind: 'end', records: this.#records, sha256: this.#hash.digest('hex') })
  }

  #header(header: BackupHeader): Buffer {
    const text = Buffer.from(JSON.stringify(header))
    return Buffer.concat([lengthOf(text.length), text])
  }

  #taken(bytes: Buffer): Buffer {
    this.#hash.update(bytes)
    return bytes
  }
}

const damaged = (why: string, cause?: unknown): OrchestratorError =>
  new OrchestratorError('invalid-request', `This is not a whole backup: ${why}.`, {
    fix: 'Use another copy of it, or an earlier backup.',
    cause,
    retryable: false,
  })

/** A record as it is read; `content` must be gone through before the next one. */
export interface BackupRecord {
  header: Exclude<BackupHeader, { kind: 'end' }>
  content: AsyncIterable<Buffer>
}

/** Reads records from the (unzipped) bytes of a backup; throws `invalid-request` unless it ends as it was written. */
export async function* decodeBackup(source: AsyncIterable<Buffer>): AsyncGenerator<BackupRecord> {
  const bytes = new ByteReader(source)
  const hash = createHash('sha256')
  let records = 0
  for (;;) {
    const prefix = await bytes.take(4)
    const length = prefix.readUInt32BE()
    if (length === 0 || length > maxHeaderBytes) throw damaged('it has something else than a record')
    const text = await bytes.take(length)
    const header = parseHeader(text)
    if (header.kind === 'end') {
      if (header.sha256 !== hash.digest('hex')) throw damaged('its checksum is another one')
      if (header.records !== records) throw damaged('it has other records than it says')
      return
    }
    hash.update(prefix).update(text)
    records++
    let open = 'content' in header
    const content = (async function* (): AsyncGenerator<Buffer> {
      while (open) {
        const size = await bytes.take(4)
        hash.update(size)
        open = size.readUInt32BE() > 0
        if (!open) return
        const piece = await bytes.take(size.readUInt32BE())
        hash.update(piece)
        yield piece
      }
    })()
    yield { header, content }
    for await (const _piece of content) {
      // What the reader left.
    }
  }
}

function parseHeader(text: Buffer): BackupHeader {
  try {
    return JSON.parse(text.toString('utf8')) as BackupHeader
  } catch (error) {
    throw damaged('a record cannot be read', error)
  }
}

/** Takes exact numbers of bytes from a stream of pieces. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>
  #pieces: Buffer[] = []
  #length = 0

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async take(count: number): Promise<Buffer> {
    while (this.#length < count) {
      const next = await this.#source.next().catch((error: unknown) => {
        throw damaged('it ends too early, or is not one of ours', error)
      })
      if (next.done) throw damaged('it ends too early')
      this.#pieces.push(next.value)
      this.#length += next.value.length
    }
    const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces)
    this.#pieces = [all.subarray(count)]
    this.#length -= count
    return all.subarray(0, count)
  }
}
