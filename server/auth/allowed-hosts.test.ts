import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { isAllowedHost, isLoopbackAddress, parseAllowedHosts, refusalOf } from './allowed-hosts.ts'

const local = { port: 3000, others: [] }

describe('isAllowedHost', () => {
  it.each(['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'LOCALHOST:3000'])('takes %s', (host) => {
    expect(isAllowedHost(host, local)).toBe(true)
  })

  it.each([
    'localhost',
    'localhost:3001',
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example:3000',
    'localhost:3000@evil.example',
    'user@localhost:3000',
    '127.0.0.1.nip.io:3000',
    '0.0.0.0:3000',
    '[::ffff:127.0.0.1]:3000',
    '',
    undefined,
  ])('refuses %s', (host) => {
    expect(isAllowedHost(host, local)).toBe(false)
  })

  it('leaves out the port where it is the default one', () => {
    expect(isAllowedHost('localhost', { port: 80, others: [] })).toBe(true)
  })

  it('takes the names of the setting, with any port or only the given one', () => {
    const others = parseAllowedHosts('Orchestrator.example, box.lan:8080')
    expect(isAllowedHost('orchestrator.example:443', { port: 3000, others })).toBe(true)
    expect(isAllowedHost('box.lan:8080', { port: 3000, others })).toBe(true)
    expect(isAllowedHost('box.lan:8081', { port: 3000, others })).toBe(false)
    expect(isAllowedHost('sub.orchestrator.example', { port: 3000, others })).toBe(false)
  })
})

describe('isLoopbackAddress', () => {
  it('knows the ways this machine calls itself', () => {
    expect(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'].every(isLoopbackAddress)).toBe(true)
    expect(['10.0.0.1', '::ffff:10.0.0.1', '1.127.0.1', undefined].some(isLoopbackAddress)).toBe(false)
  })
})

const request = (given: { method?: string; url?: string; address?: string; headers?: Record<string, string> }) =>
  ({
    method: given.method ?? 'GET',
    url: given.url ?? '/',
    headers: { host: 'localhost:3000', ...given.headers },
    socket: { remoteAddress: given.address ?? '127.0.0.1' },
  }) as unknown as IncomingMessage

describe('refusalOf', () => {
  it('lets pages and the API of this server through', () => {
    expect(refusalOf(request({}), local)).toBeNull()
    const own = { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' }
    expect(refusalOf(request({ method: 'POST', url: '/api/trpc/x', headers: own }), local)).toBeNull()
    expect(refusalOf(request({ method: 'POST', url: '/api/trpc/x' }), local)).toBeNull()
  })

  it('refuses a name that is not ours, whatever is asked', () => {
    expect(refusalOf(request({ headers: { host: 'evil.example:3000' } }), local)).toMatchObject({ status: 421 })
  })

  it.each(['http://evil.example', 'http://localhost:8080', 'https://localhost', 'null', 'file://', 'nonsense'])(
    'refuses changes and streams from %s',
    (origin) => {
      expect(refusalOf(request({ method: 'POST', url: '/api/trpc/x', headers: { origin } }), local)?.status).toBe(403)
      expect(refusalOf(request({ method: 'PUT', url: '/api/files/x', headers: { origin } }), local)?.status).toBe(403)
      expect(
        refusalOf(request({ url: '/api/trpc/live', headers: { origin, accept: 'text/event-stream' } }), local)?.status,
      ).toBe(403)
    },
  )

  it('refuses to be read from another page, but may be linked to', () => {
    const from = (site: string, url: string) => refusalOf(request({ url, headers: { 'sec-fetch-site': site } }), local)
    expect(from('cross-site', '/api/trpc/x')?.status).toBe(403)
    expect(from('same-site', '/api/files/x')?.status).toBe(403)
    expect(from('none', '/api/files/x')).toBeNull()
    expect(from('cross-site', '/p/1')).toBeNull()
  })

  it('answers other machines only when the owner has named a host for them', () => {
    const remote = { address: '192.168.1.7' }
    expect(refusalOf(request(remote), local)?.status).toBe(403)
    const named = { port: 3000, others: ['box.lan'] }
    expect(refusalOf(request({ ...remote, headers: { host: 'box.lan:3000' } }), named)).toBeNull()
  })
})
