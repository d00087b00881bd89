import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { localScope, type Scope } from '#server/auth/scope.ts'
import { createEventsEndpoint } from './events-endpoint.ts'

let server: Server
let origin: string
let scope: Scope = localScope
const sent: unknown[] = []

beforeAll(async () => {
  const waits = {
    sendEvent: async (by: Scope, event: unknown) => {
      sent.push({ by: by.memberId, event })
      return { id: 'event-1', reached: 2 }
    },
  }
  server = createServer((request, response) => void createEventsEndpoint({ waits, scope })(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())
beforeEach(() => {
  sent.length = 0
  scope = localScope
})

const post = (path: string, body?: string, headers: Record<string, string> = {}) =>
  fetch(`${origin}/api/events/${path}`, { method: 'POST', headers, ...(body === undefined ? {} : { body }) })
const json = { 'content-type': 'application/json; charset=utf-8' }

it('sends an event with its key, payload and id', async () => {
  const answer = await post('payment%20received?key=A%2F17', '{"euros":12}', { ...json, 'idempotency-key': 'p-1' })
  expect(answer.status).toBe(202)
  expect(await answer.json()).toEqual({ id: 'event-1', reached: 2 })
  const event = { name: 'payment received', key: 'A/17', payload: { euros: 12 }, id: 'p-1' }
  expect(sent).toEqual([{ by: 'owner', event }])
})

it('needs neither a key nor a payload', async () => {
  expect((await post('done')).status).toBe(202)
  expect(sent).toEqual([{ by: 'owner', event: { name: 'done' } }])
})

it.each([
  ['a payload that is not JSON', 'done', '{"euros":', json, 400, 'invalid-request'],
  [
    'what a form of another website sends',
    'done',
    '{"euros":1}',
    { 'content-type': 'text/plain' },
    400,
    'invalid-request',
  ],
  ['an event without a name', '', '{}', json, 400, 'invalid-request'],
  ['a broken name', '%E0%A4', '{}', json, 400, 'invalid-request'],
  ['a payload that is too large', 'done', `"${'x'.repeat(1_000_001)}"`, json, 413, 'file-too-large'],
])('refuses %s', async (_what, path, body, headers, status, code) => {
  const answer = await post(path, body, headers)
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ error: { code } })
  expect(sent).toEqual([])
})

it('refuses those who may only look, and other methods', async () => {
  scope = { ...localScope, role: 'viewer' }
  expect((await post('done')).status).toBe(403)
  const answer = await fetch(`${origin}/api/events/done`)
  expect(answer.status).toBe(405)
  expect(answer.headers.get('allow')).toBe('POST')
})
