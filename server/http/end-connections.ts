import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Closes a server as soon as the answers under way are given. Node's own `close` waits for connections that browsers
 * opened ahead of any request, and for those they keep after a stream has ended. Call it before the server listens.
 */
export function endConnectionsOf(server: Server): (graceMs: number) => Promise<void> {
  const answering = new Map<Socket, number>()
  let closing = false

  const endWhenIdle = (socket: Socket): void => {
    if (closing && (answering.get(socket) ?? 0) === 0) socket.destroySoon()
  }
  server.on('connection', (socket: Socket) => {
    answering.set(socket, 0)
    socket.on('close', () => answering.delete(socket))
    endWhenIdle(socket)
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    answering.set(socket, (answering.get(socket) ?? 0) + 1)
    response.on('close', () => {
      if (!answering.has(socket)) return
      answering.set(socket, (answering.get(socket) ?? 1) - 1)
      endWhenIdle(socket)
    })
  })

  return async (graceMs) => {
    closing = true
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of answering.keys()) endWhenIdle(socket)
    const timer = setTimeout(() => {
      for (const socket of answering.keys()) socket.destroy()
    }, graceMs)
    await closed
    clearTimeout(timer)
  }
}
