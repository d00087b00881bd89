import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpRequest } from './http-request.ts'
import { failureOf, outputOf } from './testing/step-outcome.ts'

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (path.startsWith('/status/')) {
      response.writeHead(Number(path.slice(8)), { 'content-type': 'application/json' }).end('{"reason":"because"}')
    } else if (path === '/bytes') {
      response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([137, 80, 0, 255]))
    } else if (path === '/wrong-json') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>')
    } else if (path === '/empty') {
      response.writeHead(204).end()
    } else if (path === '/redirect') {
      response.writeHead(302, { location: '/bytes' }).end()
    } else if (path === '/text') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('grüezi')
    } else {
      const echo = { url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() }
      response.writeHead(200, { 'content-type': 'application/vnd.api+json; charset=utf-8' }).end(JSON.stringify(echo))
    }
  })
})
let base = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('http.request', () => {
  it('reads JSON, text, bytes and nothing by what the answer says it is', async () => {
    const body = async (path: string) => ((await outputOf(httpRequest, { url: base + path })) as { body: unknown }).body
    expect(await body('/text')).toBe('grüezi')
    expect(await body('/bytes')).toBe(Buffer.from([137, 80, 0, 255]).toString('base64'))
    expect(await body('/wrong-json')).toBe('<html>')
    expect(await body('/empty')).toBe('')
    expect(await body('/anything')).toMatchObject({ url: '/anything' })
  })

  it('sends headers, a query beside that of the address, and each kind of body', async () => {
    const send = async (settings: object) =>
      ((await outputOf(httpRequest, { method: 'POST', url: `${base}/x?a=1`, ...settings })) as { body: Sent }).body
    interface Sent {
      url: string
      headers: Record<string, string>
      body: string
    }
    expect((await send({ query: { a: [2, 'ü'], b: null } })).url).toBe('/x?a=1&a=2&a=%C3%BC')
    const json = await send({ body: { a: [1] }, headers: { 'X-Count': 3, 'X-None': null } })
    expect(json).toMatchObject({ body: '{"a":[1]}', headers: { 'content-type': 'application/json', 'x-count': '3' } })
    expect(json.headers['x-none']).toBeUndefined()
    expect((await send({ body: 'plain' })).headers['content-type']).toContain('text/plain')
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    expect((await send({ body: { a: 1, b: 'x y' }, headers: form })).body).toBe('a=1&b=x+y')
  })

  it('fails on an error answer, worth a retry only when the server may recover', async () => {
    const error = await failureOf(httpRequest, { url: `${base}/status/503?key=secret` })
    expect(error).toMatchObject({ code: 'request-failed', retryable: true })
    expect(error.message).toMatch(/^GET 127\.0\.0\.1:\d+\/status\/503 answered 503 Service Unavailable\.$/)
    expect(error.info.details).toEqual({
      status: 503,
      method: 'GET',
      address: expect.stringMatching(/^127\.0\.0\.1:\d+\/status\/503$/),
      body: '{"reason":"because"}',
    })
    expect(error.info.fix).toContain('retry policy')
    expect(await failureOf(httpRequest, { url: `${base}/status/404` })).toMatchObject({ retryable: false })
    expect((await failureOf(httpRequest, { url: `${base}/status/401` })).info.fix).toContain('credentials')
  })

  it('gives error answers as values when asked', async () => {
    expect(await outputOf(httpRequest, { url: `${base}/status/404`, fail_on_error: false })).toMatchObject({
      status: 404,
      body: { reason: 'because' },
    })
  })

  it('follows redirects, or not', async () => {
    expect(await outputOf(httpRequest, { url: `${base}/redirect` })).toMatchObject({ status: 200 })
    expect(await outputOf(httpRequest, { url: `${base}/redirect`, follow_redirects: false })).toMatchObject({
      status: 302,
      headers: { location: '/bytes' },
    })
  })

  it('names the field when the address is not whole', async () => {
    expect((await failureOf(httpRequest, { url: 'api.example.com' })).info).toMatchObject({ field: 'with.url' })
  })
})
