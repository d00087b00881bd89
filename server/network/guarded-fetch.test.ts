import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { OrchestratorError } from '#pipeline/errors.ts'
import { isAllowed, isPublicAddress, parseAllowPattern } from './address-guard.ts'
import { createGuardedFetch, type GuardedFetchOptions } from './guarded-fetch.ts'

const closers: (() => unknown)[] = []
afterAll(() => Promise.all(closers.map((close) => close())))

async function serve(listener: RequestListener): Promise<{ port: number; calls: string[] }> {
  const calls: string[] = []
  const server: Server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`)
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, calls }
}

function guarded(options: GuardedFetchOptions = {}) {
  const fetch = createGuardedFetch(options)
  closers.push(() => fetch.close())
  return fetch
}

const errorOf = (work: Promise<unknown>): Promise<OrchestratorError> =>
  work.then(
    () => {
      throw new Error('the request should have failed')
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(OrchestratorError)
      return error as OrchestratorError
    },
  )

describe('addresses', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '2002:7f00:1::',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
    'not an address',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '2606:4700:4700::1111', '::ffff:8.8.8.8'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  it('judges an IPv4 address the same in its mapped form', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublicAddress(`::ffff:${address}`)).toBe(isPublicAddress(address))
      }),
    )
  })

  it.each([
    ['localhost', 'localhost', 80, true],
    ['localhost:11434', 'localhost', 11434, true],
    ['localhost:11434', 'localhost', 80, false],
    ['LOCALHOST:*', 'localhost', 99, true],
    ['*.lan', 'printer.lan', 80, true],
    ['*.lan', 'lan.example.com', 80, false],
    ['*.lan', 'notlan', 80, false],
    ['10.0.0.0/8', '10.1.2.3', 80, true],
    ['10.0.0.0/8', '11.1.2.3', 80, false],
    ['192.168.0.5:8080', '192.168.0.5', 8080, true],
    ['[::1]:8080', '::1', 8080, true],
    ['[::1]:8080', '[::1]', 8080, true],
    ['::1', '::1', 80, true],
    ['example.com', 'example.com.evil.net', 80, false],
  ])('the entry %s for %s:%d is %s', (entry, host, port, expected) => {
    expect(isAllowed([parseAllowPattern(entry)], { host, port })).toBe(expected)
  })
})

describe('the guarded fetch', () => {
  it('refuses every spelling of this machine before anything is sent', async () => {
    const { port, calls } = await serve((_, response) => response.end('secret'))
    const fetch = guarded()
    const hosts = ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '127.1']
    for (const host of hosts) {
      const error = await errorOf(fetch(`http://${host}:${port}/`))
      expect([host, error.code]).toEqual([host, 'request-blocked'])
      expect(error.info.fix).toContain('network.allow')
    }
    expect(calls).toEqual([])
  })

  it('goes where the workspace allows it, and only to that port', async () => {
    const allowed = await serve((_, response) => response.end('hello'))
    const other = await serve((_, response) => response.end('secret'))
    const fetch = guarded({ allow: [`localhost:${allowed.port}`] })
    expect(await (await fetch(`http://localhost:${allowed.port}/`)).text()).toBe('hello')
    expect((await errorOf(fetch(`http://localhost:${other.port}/`))).code).toBe('request-blocked')
    expect(other.calls).toEqual([])
  })

  it('checks every hop of a redirect', async () => {
    const secret = await serve((_, response) => response.end('secret'))
    const first = await serve((_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${secret.port}/` }).end(),
    )
    const fetch = guarded({ allow: [`127.0.0.1:${first.port}`] })
    expect((await errorOf(fetch(`http://127.0.0.1:${first.port}/`))).code).toBe('request-blocked')
    expect(first.calls).toEqual(['GET /'])
    expect(secret.calls).toEqual([])
  })

  it('gives up on redirects that go round in circles', async () => {
    const { port, calls } = await serve((_, response) => response.writeHead(302, { location: '/' }).end())
    const error = await errorOf(guarded({ allowPrivate: true })(`http://127.0.0.1:${port}/`))
    expect(error.code).toBe('request-failed')
    expect(calls.length).toBeLessThan(25)
  })

  it('stops answers that are too large, announced, streamed or unpacked', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/announced') response.writeHead(200, { 'content-length': 5000 }).end(Buffer.alloc(5000))
      else if (request.url === '/packed') {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(100_000)))
      } else {
        response.write(Buffer.alloc(800))
        response.end(Buffer.alloc(800))
      }
    })
    const fetch = guarded({ allowPrivate: true, maxResponseBytes: 1000 })
    for (const path of ['announced', 'packed', 'streamed']) {
      const read = async () => (await fetch(`http://127.0.0.1:${port}/${path}`)).text()
      expect((await errorOf(read())).message).toContain('larger than')
    }
  })

  it('gives up on a server that does not answer, and can be cancelled', async () => {
    const { port } = await serve(() => undefined)
    const slow = guarded({ allowPrivate: true, headersTimeoutMs: 200 })
    expect((await errorOf(slow(`http://127.0.0.1:${port}/`))).message).toContain('did not answer in time')
    const cancelled = guarded({ allowPrivate: true })(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(50) })
    await expect(cancelled).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('says what is wrong with an address that cannot be called', async () => {
    const fetch = guarded({ allowPrivate: true })
    expect((await errorOf(fetch('example.com/x'))).info.fix).toContain('https://')
    expect((await errorOf(fetch('file:///etc/passwd'))).code).toBe('request-blocked')
    expect((await errorOf(fetch('http://127.0.0.1:1/'))).message).toMatch(/nothing answers there|bad port/)
    expect((await errorOf(fetch('http://name.invalid/'))).code).toBe('request-failed')
  })

  it('sends bodies and headers, and gives headers, status and address back', async () => {
    const { port } = await serve((request, response) => {
      request.pipe(response.writeHead(201, { 'x-method': request.method ?? '' }))
    })
    const response = await guarded({ allowPrivate: true })(`http://127.0.0.1:${port}/a`, { method: 'POST', body: 'hi' })
    expect([response.status, response.headers.get('x-method'), response.url]).toEqual([
      201,
      'POST',
      `http://127.0.0.1:${port}/a`,
    ])
    expect(await response.text()).toBe('hi')
  })
})
