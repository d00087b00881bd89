import { EventEmitter } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as the server of a test saw it, in epoch milliseconds. */
export interface SeenRequest {
  path: string
  at: number
}

/** A real HTTP server of a test. */
export interface TestServer {
  url: string
  /** Requests in the order they came. */
  seen: SeenRequest[]
  /** Emits `request` for each. */
  arrivals: EventEmitter
  /** The most requests that were being answered at once. */
  peak: number
  close(): Promise<void>
}

/** Starts a server on this machine; `answer` ends each response. */
export async function startTestServer(
  answer: (request: IncomingMessage, response: ServerResponse, server: TestServer) => void | Promise<void>,
): Promise<TestServer> {
  let open = 0
  const listening = createServer((request, response) => {
    open += 1
    server.peak = Math.max(server.peak, open)
    server.seen.push({ path: request.url ?? '', at: Date.now() })
    server.arrivals.emit('request')
    response.on('close', () => {
      open -= 1
    })
    request.resume()
    void answer(request, response, server)
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const server: TestServer = {
    url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    seen: [],
    arrivals: new EventEmitter(),
    peak: 0,
    async close() {
      listening.closeAllConnections()
      await new Promise((resolve) => listening.close(resolve))
    },
  }
  return server
}
