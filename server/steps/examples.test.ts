import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stepRegistry } from './registry.ts'
import { runStep } from './testing/run-step.ts'

/** Answers what it was asked, so that examples of steps that call the web have something real to call. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const body = Buffer.concat(chunks).toString('utf8')
    const answer = {
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      body: request.headers['content-type']?.includes('json') ? (JSON.parse(body) as unknown) : body,
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
})
let address = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
})

for (const [type, definition] of stepRegistry) {
  // AI steps need the model gateway; their examples run beside it.
  if (definition.manifest.category === 'ai') continue
  describe(`the examples of ${type}`, () => {
    it.each(definition.manifest.examples.map((example) => [example.title, example] as const))(
      '%s',
      async (_title, example) => {
        const scope = { ...example.scope, ...(example.scope?.server === undefined ? {} : { server: address }) }
        const running = runStep(definition, example.with, scope, {
          seedFiles: example.files ?? {},
          ...(example.answer && { answer: example.answer }),
        })
        if (example.error) {
          await expect(running).rejects.toMatchObject({ code: example.error })
          return
        }
        const result = await running
        // A step that ends more than itself leaves by no port, a try by two.
        if (result.ports.length > 0) expect(result.ports).toContain(example.port ?? 'out')
        else expect(definition.manifest.outputPorts).toEqual([])
        if (example.output === undefined) return
        if (typeof example.output === 'object' && example.output !== null && !Array.isArray(example.output)) {
          expect(result.output).toMatchObject(example.output)
        } else {
          expect(result.output).toEqual(example.output)
        }
      },
    )
  })
}
