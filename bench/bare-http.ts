// What a server costs that does nothing, on this machine and now: `node bench/bare-http.ts`.
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import { type BenchRow, lineOf } from './bench-row.ts'
import { inLanes, median, timed } from './measure.ts'

const body = JSON.stringify({ type: 'step-succeeded', path: 's1', attempt: 1, output: { value: 1 } })

/** A bare Node server in this process that answers a POST of one event's size with as much. */
export async function benchBareHttp(): Promise<BenchRow[]> {
  const server = createServer((incoming, response) => {
    incoming.resume().once('end', () => response.setHeader('content-type', 'application/json').end(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: 100 })
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const asking = request({ port, agent, method: 'POST' }, (answer) => answer.resume().once('end', resolve))
      asking.once('error', reject)
      asking.end(body)
    })
  for (let index = 0; index < 200; index++) await ask()
  const alone: number[] = []
  for (let index = 0; index < 500; index++) alone.push(await timed(ask))
  const total = 10_000
  const ms = await inLanes(100, total, ask)
  agent.destroy()
  await new Promise((resolve) => server.close(resolve))
  return [
    { name: 'bare http request, p50', value: median(alone), unit: 'ms', database: 'machine' },
    { name: 'bare http server, 100 at once', value: (total / ms) * 1_000, unit: 'requests/s', database: 'machine' },
  ]
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const row of await benchBareHttp()) console.log(lineOf(row))
}
