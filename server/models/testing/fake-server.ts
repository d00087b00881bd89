import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { JsonSchema } from '#pipeline/manifest.ts'
import { sampleOf } from './sample-of.ts'

/** A request as the fake provider saw it. */
export interface FakeRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  // A fake reads whatever the client sent; tests look into it freely.
  body: Record<string, unknown>
}

/** What the fake answers. */
export interface FakeReply {
  /** Pieces that are streamed one by one; a text is cut into words. */
  text?: string | string[]
  /** An HTTP error instead: `{ status: 429, message: 'Slow down' }`. */
  error?: { status: number; message: string; headers?: Record<string, string> }
  usage?: { inputTokens: number; outputTokens: number }
  /** Ends as if the answer had become too long. */
  wasCut?: boolean
  /** Breaks the connection after that many pieces. */
  breakAfter?: number
}

export interface FakeProviderOptions {
  port?: number
  models?: string[]
  /** Only this key is let in; any when absent. */
  apiKey?: string
  /** Milliseconds between two pieces. */
  pieceDelayMs?: number
  /** Whether each piece waits for `release()`. */
  held?: boolean
  /** The answer to a prompt; a canned one, fitting the schema when there is one, when absent. */
  reply?: (prompt: string, request: FakeRequest, schema: JsonSchema | undefined) => FakeReply | Promise<FakeReply>
}

/** A provider on this machine that speaks a real protocol. */
export interface FakeProvider {
  port: number
  /** With `/v1`, as a connection wants it. */
  baseUrl: string
  requests: FakeRequest[]
  /** Answers given to the next requests, before `reply` is asked. */
  next(...replies: FakeReply[]): void
  /** With `held`: lets so many pieces out (1 when absent), now or as soon as they are asked for. */
  release(pieces?: number): void
  /** Connections that were broken off by the client. */
  readonly abortedCount: number
  close(): Promise<void>
}

/** How one protocol reads a request and writes an answer. */
export interface FakeProtocol {
  listModels(models: string[]): unknown
  /** Null for a path it does not serve. */
  read(
    path: string,
    body: Record<string, unknown>,
  ): { prompt: string; schema: JsonSchema | undefined; stream: boolean } | null
  isAllowed(headers: IncomingHttpHeaders, apiKey: string): boolean
  error(status: number, message: string): unknown
  /** The events before, for each piece of, and after the text, as server-sent event texts. */
  stream(request: FakeRequest, reply: Required<Pick<FakeReply, 'usage' | 'wasCut'>>): FakeStream
  whole(request: FakeRequest, text: string, reply: Required<Pick<FakeReply, 'usage' | 'wasCut'>>): unknown
}
export interface FakeStream {
  start: string[]
  piece(text: string): string
  end: string[]
}

const piecesOf = (text: string | string[]) => (typeof text === 'string' ? (text.match(/\S+\s*|\s+/g) ?? []) : text)

/** What it says when nobody told it what to say. */
function cannedReply(prompt: string, schema: JsonSchema | undefined): FakeReply {
  if (schema) return { text: JSON.stringify(sampleOf(schema)) }
  const topic = prompt.trim().replace(/\s+/g, ' ').slice(0, 80)
  return { text: `This is a made-up answer, streamed word by word, to the prompt "${topic}".` }
}

/** Serves one protocol on 127.0.0.1. */
export async function startFakeServer(protocol: FakeProtocol, options: FakeProviderOptions): Promise<FakeProvider> {
  const models = options.models ?? ['fake-model']
  const requests: FakeRequest[] = []
  const queued: FakeReply[] = []
  const waiting: (() => void)[] = []
  let allowed = 0
  let abortedCount = 0

  async function pace(): Promise<void> {
    if (options.pieceDelayMs) await wait(options.pieceDelayMs)
    if (!options.held) return
    if (allowed > 0) allowed -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }

  const sendJson = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

  async function respond(request: FakeRequest, response: ServerResponse): Promise<void> {
    if (options.apiKey && !protocol.isAllowed(request.headers, options.apiKey)) {
      sendJson(response, 401, protocol.error(401, 'Incorrect API key provided'))
      return
    }
    if (request.method === 'GET' && request.path === '/v1/models') {
      sendJson(response, 200, protocol.listModels(models))
      return
    }
    const asked = protocol.read(request.path, request.body)
    if (!asked) {
      sendJson(response, 404, protocol.error(404, `There is nothing at ${request.path}`))
      return
    }
    const given =
      queued.shift() ??
      (await options.reply?.(asked.prompt, request, asked.schema)) ??
      cannedReply(asked.prompt, asked.schema)
    if (given.error) {
      const { status, message, headers = {} } = given.error
      sendJson(response, status, protocol.error(status, message), { 'x-request-id': 'fake-request', ...headers })
      return
    }
    const pieces = piecesOf(given.text ?? '')
    const reply = {
      usage: given.usage ?? { inputTokens: Math.ceil(asked.prompt.length / 4), outputTokens: pieces.length },
      wasCut: given.wasCut ?? false,
    }
    if (!asked.stream) {
      sendJson(response, 200, protocol.whole(request, pieces.join(''), reply))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    const stream = protocol.stream(request, reply)
    for (const event of stream.start) response.write(event)
    for (const [index, piece] of pieces.entries()) {
      if (index === given.breakAfter) {
        response.destroy()
        return
      }
      await pace()
      if (response.destroyed) return
      response.write(stream.piece(piece))
    }
    for (const event of stream.end) response.write(event)
    response.end()
  }

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    response.on('close', () => {
      if (!response.writableFinished) abortedCount += 1
    })
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { pathname } = new URL(incoming.url ?? '/', 'http://localhost')
      const text = Buffer.concat(chunks).toString('utf8')
      const body = text ? (JSON.parse(text) as Record<string, unknown>) : {}
      const request = { method: incoming.method ?? 'GET', path: pathname, headers: incoming.headers, body }
      requests.push(request)
      respond(request, response).catch((error: unknown) => response.destroy(error as Error))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    next: (...replies) => queued.push(...replies),
    release(pieces = 1) {
      for (let count = 0; count < pieces; count += 1) {
        const resolve = waiting.shift()
        if (resolve) resolve()
        else allowed += 1
      }
    },
    get abortedCount() {
      return abortedCount
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
