import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import { OrchestratorError } from '#pipeline/errors.ts'
import { appRouter } from '#server/api/router.ts'
import type { Services } from '#server/services.ts'
import { refusalOf } from '#server/auth/allowed-hosts.ts'
import { localScope } from '#server/auth/scope.ts'
import { endConnectionsOf } from './end-connections.ts'
import { createEventsEndpoint } from './events-endpoint.ts'
import { respondError, respondJson, respondText } from './respond.ts'
import { contentSecurityPolicy, securityHeaders } from './security-headers.ts'

/** What serves everything that is not the API: Next in the product, nothing in tests of the API. */
export interface PageServer {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>
}

export interface WebServerOptions {
  services: Services
  /** Serves `/api/files/*`. */
  files: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  pages?: PageServer
  host: string
  /** 0 takes a free one. */
  port: number
  allowedHosts: readonly string[]
  development: boolean
}

export interface WebServer {
  /** Where it listens, e.g. `http://localhost:3000`. */
  url: string
  port: number
  /** Takes no more requests, ends streams, gives requests under way a moment, and resolves when all are gone. */
  close(): Promise<void>
}

/** A JSON body of the API at most: a draft update or a YAML text; files have their own way in. */
const bodyLimit = 24_000_000
const closeGraceMs = 1_500

/** Starts listening; rejects with a sentence when the port is taken. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const closing = new AbortController()
  const trpc = createHTTPHandler({
    router: appRouter,
    basePath: '/api/trpc/',
    createContext: () => ({ scope: localScope, services: options.services, closing: closing.signal }),
    maxBodySize: bodyLimit,
    allowMethodOverride: true,
    onError: ({ error, path }) => {
      if (error.code === 'INTERNAL_SERVER_ERROR' && !closing.signal.aborted)
        console.error(`[api] ${path}:`, error.cause)
    },
  })
  const events = createEventsEndpoint({ waits: options.services.waits, scope: localScope })
  const address = { port: options.port, others: options.allowedHosts }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    const refusal = refusalOf(request, address)
    if (refusal) return respondText(response, refusal.status, refusal.message)
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    if (path.startsWith('/api/trpc/')) return trpc(request, response)
    if (path.startsWith('/api/files/')) return options.files(request, response)
    if (path.startsWith('/api/events/')) return events(request, response)
    if (path === '/api/health') return respondJson(response, 200, { ok: true })
    if (path.startsWith('/api/') || !options.pages) return respondText(response, 404, `There is nothing at ${path}.`)
    const nonce = randomBytes(16).toString('base64')
    const policy = contentSecurityPolicy(nonce, options.development)
    // Next reads the nonce for its inline scripts from this request header.
    request.headers['content-security-policy'] = policy
    response.setHeader('content-security-policy', policy)
    return options.pages.handle(request, response)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => respondError(response, error))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refusalOf(request, address)
    if (refusal || !options.pages?.upgrade) return void socket.destroy()
    options.pages.upgrade(request, socket, head).catch(() => socket.destroy())
    return undefined
  })
  // An upload of a large file over a slow line takes its time; the header may not.
  server.requestTimeout = 0
  server.headersTimeout = 30_000

  const endConnections = endConnectionsOf(server)
  await listen(server, options)
  address.port = (server.address() as AddressInfo).port
  return {
    url: `http://${displayHost(options.host)}:${address.port}`,
    port: address.port,
    async close() {
      closing.abort()
      await endConnections(closeGraceMs)
    },
  }
}

const displayHost = (host: string): string =>
  host === '127.0.0.1' || host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    server.listen(port, host, resolve)
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new OrchestratorError('invalid-request', `Port ${port} is taken by another program.`, {
      fix: `Stop it, or choose another port: PORT=${port + 1} npm start`,
    })
  }
  if (error.code === 'EACCES') {
    return new OrchestratorError('invalid-request', `This user may not listen on port ${port}.`, {
      fix: 'Choose a port above 1023: PORT=3000 npm start',
    })
  }
  return new OrchestratorError('invalid-request', `Cannot listen on ${host}:${port}: ${error.message}`, {
    cause: error,
  })
}
