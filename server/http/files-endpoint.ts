import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { OrchestratorError } from '#pipeline/errors.ts'
import { can, type Action } from '#server/auth/can.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { FileRecord, FileService } from '#server/services.ts'
import { respondError, respondJson } from './respond.ts'

const prefix = '/api/files/'

/** Types a browser may show in place: none of them can run anything. Everything else is saved, not opened. */
const shownInPlace =
  /^(image\/(png|jpeg|gif|webp|avif)|audio\/.+|video\/.+|text\/(plain|csv|markdown)|application\/json)$/

/** Serves `/api/files/<path>`: GET and HEAD give the bytes (`?download` to save them), PUT takes the raw body, DELETE removes. */
export function createFilesEndpoint(options: {
  files: FileService
  scope: Scope
  /** Largest upload, bytes. */
  uploadLimit: number
}): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { files, scope, uploadLimit } = options

  const demand = (action: Action): void => {
    if (can(scope, action)) return
    throw new OrchestratorError('not-allowed', `Your role (${scope.role}) does not allow changing files.`)
  }

  async function read(path: string, download: boolean, request: IncomingMessage, response: ServerResponse) {
    const { file, stream } = await files.openRead(scope, path)
    const tag = `"${file.size.toString(36)}-${Date.parse(file.updatedAt).toString(36)}"`
    response.setHeader('cache-control', 'private, no-cache')
    response.setHeader('etag', tag)
    if (request.headers['if-none-match'] === tag) {
      stream.destroy()
      response.writeHead(304).end()
      return
    }
    writeFileHead(response, file, download)
    if (request.method === 'HEAD') {
      stream.destroy()
      response.end()
      return
    }
    await pipeline(stream, response)
  }

  async function write(path: string, request: IncomingMessage, response: ServerResponse) {
    demand('edit')
    // Checked again while the bytes arrive; this only spares a honest client the wait.
    if (Number(request.headers['content-length'] ?? 0) > uploadLimit) {
      throw new OrchestratorError('file-too-large', `${path} is larger than the limit of ${uploadLimit} bytes.`, {
        fix: 'Upload a smaller file, or raise UPLOAD_LIMIT_MB.',
        retryable: false,
      })
    }
    respondJson(response, 200, await files.write(scope, path, request))
  }

  return async (request, response) => {
    try {
      const url = new URL(request.url ?? '/', 'http://localhost')
      const path = decodePath(url.pathname.slice(prefix.length))
      if (request.method === 'GET' || request.method === 'HEAD') {
        return await read(path, url.searchParams.has('download'), request, response)
      }
      if (request.method === 'PUT') return await write(path, request, response)
      if (request.method === 'DELETE') {
        demand('edit')
        await files.delete(scope, path)
        response.writeHead(204).end()
        return
      }
      response.setHeader('allow', 'GET, HEAD, PUT, DELETE')
      respondJson(response, 405, {
        error: { code: 'invalid-request', message: `${request.method} is not possible here.` },
      })
    } catch (error) {
      // The rest of a refused body is not read: the connection ends with the answer.
      if (!request.complete) response.shouldKeepAlive = false
      if (response.destroyed || isBrokenConnection(error)) return
      respondError(response, error)
    }
  }
}

function decodePath(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch (cause) {
    throw new OrchestratorError('invalid-request', `"${encoded}" is not a valid address of a file.`, { cause })
  }
}

/** The browser went away in the middle: nobody is left to answer. */
const isBrokenConnection = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_STREAM_PREMATURE_CLOSE' || error.code === 'ECONNRESET')

function writeFileHead(response: ServerResponse, file: FileRecord, download: boolean): void {
  const name = file.path.split('/').at(-1) ?? 'file'
  const inPlace = !download && shownInPlace.test(file.mediaType)
  const charset = /^(text\/|application\/json)/.test(file.mediaType) ? '; charset=utf-8' : ''
  response.writeHead(200, {
    'content-type': `${file.mediaType}${charset}`,
    'content-length': file.size,
    'content-disposition': `${inPlace ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, percentEncode)}`,
    // Even where a browser opens it, it can load nothing and run nothing.
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; sandbox",
  })
}

const percentEncode = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
