import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { EventSource } from 'eventsource'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type Database } from '#db/client.ts'
import { greetingYaml, openTestApp, type TestApp } from '#server/api/testing/open-test-app.ts'
import { localScope } from '#server/auth/scope.ts'
import { createFilesEndpoint } from './files-endpoint.ts'
import { startWebServer, type WebServer } from './web-server.ts'

const uploadLimit = 1_000_000

let database: Database
let app: TestApp
let web: WebServer

const start = () =>
  startWebServer({
    services: app.services,
    files: createFilesEndpoint({ files: app.services.files, scope: localScope, uploadLimit }),
    pages: {
      handle: async (_request, response) => void response.end('<!doctype html>a page'),
    },
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    development: false,
  })

beforeAll(async () => {
  database = await openDatabase({ memory: true })
  app = await openTestApp(database, { uploadLimit })
  web = await start()
})
afterAll(async () => {
  await web.close()
  await app.close()
  await database.close()
})

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** Node's fetch sets Host by itself, so requests are made by hand. */
function ask(
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: web.port,
        method,
        path,
        headers: { host: `localhost:${web.port}`, ...options.headers },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    request.on('error', reject)
    request.end(options.body)
  })
}

const post = (procedure: string, input: unknown, headers: Record<string, string> = {}) =>
  ask('POST', `/api/trpc/${procedure}`, {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
  })

const dataOf = <Data>(answer: Answer): Data => (JSON.parse(answer.text) as { result: { data: Data } }).result.data

describe('who may ask', () => {
  it('serves pages, the API and health to this machine', async () => {
    expect((await ask('GET', '/')).text).toContain('a page')
    expect((await ask('GET', '/api/health')).text).toBe('{"ok":true}')
    expect(dataOf(await ask('GET', '/api/trpc/system.info'))).toMatchObject({ database: 'pglite', uploadLimit })
  })

  it('refuses a foreign name with a sentence that says what to do', async () => {
    for (const path of ['/', '/api/health', '/api/trpc/system.info', '/api/files/x']) {
      const answer = await ask('GET', path, { headers: { host: 'evil.example' } })
      expect(answer.status).toBe(421)
      expect(answer.text).toContain('ALLOWED_HOSTS')
    }
  })

  it('refuses changes and streams that another page asks for', async () => {
    const origin = 'http://localhost:1'
    expect((await post('pipelines.create', {}, { origin })).status).toBe(403)
    expect((await ask('PUT', '/api/files/a.txt', { headers: { origin }, body: 'x' })).status).toBe(403)
    const stream = await ask('GET', '/api/trpc/runs.changes', { headers: { origin, accept: 'text/event-stream' } })
    expect(stream.status).toBe(403)
    expect((await ask('GET', '/api/trpc/system.info', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(
      403,
    )
  })

  it('takes changes from its own pages', async () => {
    const origin = `http://localhost:${web.port}`
    expect((await post('pipelines.create', { name: 'Mine' }, { origin })).status).toBe(200)
  })

  it('gives pages a policy with a nonce of their own, and every answer the protective headers', async () => {
    const [first, second] = await Promise.all([ask('GET', '/'), ask('GET', '/')])
    const nonceOf = ({ headers }: Answer) => /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1]
    expect(nonceOf(first)).toBeTruthy()
    expect(nonceOf(first)).not.toBe(nonceOf(second))
    expect(first.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' })
    expect((await ask('GET', '/api/health')).headers).toMatchObject({ 'x-content-type-options': 'nosniff' })
  })
})

describe('errors', () => {
  it('carry our facts, no stack, and a fitting status', async () => {
    const answer = await ask('GET', `/api/trpc/pipelines.get?input=${encodeURIComponent('{"id":"none"}')}`)
    expect(answer.status).toBe(404)
    const { error } = JSON.parse(answer.text) as { error: { data: Record<string, unknown> } }
    expect(error.data).toMatchObject({ code: 'NOT_FOUND', orchestrator: { code: 'not-found' } })
    expect(error.data).not.toHaveProperty('stack')
  })

  it('say nothing of what went wrong inside', async () => {
    const answer = await post('pipelines.create', { name: 'x'.repeat(201) })
    expect(answer.status).toBe(400)
    expect(answer.text).not.toContain('node_modules')
  })

  it('list every problem of a run that cannot start', async () => {
    const created = await post('pipelines.create', {
      document: { orchestrator: 1, name: 'Broken', steps: [{ id: 'a', type: 'no.such' }] },
    })
    const answer = await post('runs.start', { pipelineId: dataOf<{ id: string }>(created).id })
    expect(answer.status).toBe(400)
    const { error } = JSON.parse(answer.text) as { error: { data: { orchestrator: { details: unknown } } } }
    expect(error.data.orchestrator.details).toMatchObject({ problems: [{ code: 'unknown-step-type', step: 'a' }] })
  })
})

describe('/api/files', () => {
  it('takes raw bytes and gives back the same', async () => {
    const bytes = Uint8Array.from({ length: 50_000 }, (_, index) => index % 256)
    const put = await ask('PUT', '/api/files/folder/my%20picture.png', { body: bytes })
    expect(JSON.parse(put.text)).toMatchObject({ path: 'folder/my picture.png', size: 50_000, mediaType: 'image/png' })
    const got = await fetch(`http://localhost:${web.port}/api/files/folder/my%20picture.png`)
    expect(new Uint8Array(await got.arrayBuffer())).toEqual(bytes)
    expect(got.headers.get('content-disposition')).toMatch(/^inline/)
    const again = await ask('GET', '/api/files/folder/my%20picture.png', {
      headers: { 'if-none-match': got.headers.get('etag') ?? '' },
    })
    expect(again.status).toBe(304)
  })

  it.each(['page.html', 'drawing.svg', 'feed.xml', 'code.js', 'unknown'])('never opens %s in place', async (name) => {
    await ask('PUT', `/api/files/${name}`, { body: '<script>alert(1)</script>' })
    const { headers } = await ask('GET', `/api/files/${name}`)
    expect(headers['content-disposition']).toMatch(/^attachment/)
    expect(headers['content-security-policy']).toContain('sandbox')
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('refuses more than the limit, told beforehand or not, and keeps what was there', async () => {
    await ask('PUT', '/api/files/limited.txt', { body: 'small' })
    const announced = await ask('PUT', '/api/files/limited.txt', {
      headers: { 'content-length': String(uploadLimit + 1), expect: '100-continue' },
    }).catch(() => null)
    expect(announced?.status ?? 413).toBe(413)
    expect(await sendChunked('/api/files/limited.txt', uploadLimit + 100_000)).toMatch(/^HTTP\/1.1 413/)
    expect((await ask('GET', '/api/files/limited.txt')).text).toBe('small')
  })

  it('does not leave the store', async () => {
    for (const path of ['..%2f..%2fetc%2fpasswd', '%2fetc%2fpasswd', 'a/..%2f..%2fb', '%00']) {
      expect((await ask('GET', `/api/files/${path}`)).status).toBe(400)
      expect((await ask('PUT', `/api/files/${path}`, { body: 'x' })).status).toBe(400)
    }
    expect((await ask('GET', '/api/files/%E0%A4%A')).status).toBe(400)
  })

  it('deletes, and knows what is not there', async () => {
    await ask('PUT', '/api/files/gone.txt', { body: 'x' })
    expect((await ask('DELETE', '/api/files/gone.txt')).status).toBe(204)
    expect((await ask('GET', '/api/files/gone.txt')).status).toBe(404)
    expect((await ask('DELETE', '/api/files/gone.txt')).status).toBe(404)
    expect((await ask('POST', '/api/files/gone.txt')).status).toBe(405)
  })
})

/** A body without a length, as a client sends that does not know how much will come. */
function sendChunked(path: string, size: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(web.port, '127.0.0.1', () => {
      socket.write(`PUT ${path} HTTP/1.1\r\nhost: localhost:${web.port}\r\ntransfer-encoding: chunked\r\n\r\n`)
      const chunk = 'x'.repeat(50_000)
      for (let sent = 0; sent < size; sent += chunk.length) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`)
      socket.write('0\r\n\r\n')
    })
    socket.on('data', (data) => {
      answer += data.toString()
      socket.end()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
  })
}

/** Messages of a stream until one fits; then the connection is dropped, as when a laptop sleeps. */
function listen<Message>(
  procedure: string,
  input: unknown,
  until: (message: Message) => boolean,
): Promise<{ id: string; data: Message }[]> {
  const url = `http://localhost:${web.port}/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`
  const source = new EventSource(url)
  const heard: { id: string; data: Message }[] = []
  return new Promise((resolve, reject) => {
    source.addEventListener('message', (event) => {
      // What came in the same packet after the drop was never received.
      if (source.readyState === source.CLOSED) return
      const data = JSON.parse(event.data as string) as Message
      heard.push({ id: event.lastEventId, data })
      if (!until(data)) return
      source.close()
      resolve(heard)
    })
    source.addEventListener('return', () => {
      source.close()
      reject(new Error('the stream ended'))
    })
    source.addEventListener('serialized-error', (event) => {
      source.close()
      reject(new Error(event.data as string))
    })
  })
}

describe('streams', () => {
  type RunMessage = { kind: 'event' | 'delta'; entry?: { seq: number; event: { type: string } } }
  const isEnd = (message: RunMessage) => message.entry?.event.type.startsWith('run-s') === true && message.entry.seq > 1

  const startRun = async (): Promise<string> => {
    const { id: pipelineId } = dataOf<{ id: string }>(await post('pipelines.create', { yaml: greetingYaml }))
    const names = Array.from({ length: 20 }, (_, index) => `Name ${index}`)
    return dataOf<{ runId: string }>(await post('runs.start', { pipelineId, inputs: { names } })).runId
  }
  const seqsOf = (heard: { data: RunMessage }[]) => heard.flatMap(({ data }) => (data.entry ? [data.entry.seq] : []))

  it('follow a run to its end, every event once and in order', async () => {
    const runId = await startRun()
    const seqs = seqsOf(await listen<RunMessage>('runs.events', { runId }, isEnd))
    expect(seqs.length).toBeGreaterThan(40)
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => index + 1))
  })

  it('go on after a dropped connection without a gap or a double', async () => {
    const runId = await startRun()
    const before = await listen<RunMessage>('runs.events', { runId }, (message) => message.entry?.seq === 5)
    const after = await listen<RunMessage>('runs.events', { runId, lastEventId: before.at(-1)?.id }, isEnd)
    const seqs = [...seqsOf(before), ...seqsOf(after)]
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => index + 1))
  })

  it('carry several topics at once, and one id resumes them all', async () => {
    type Live = { topic: string; kind?: string; seq?: number; id?: string; entry?: { seq: number } }
    const runId = await startRun()
    const { id: pipelineId } = dataOf<{ id: string }>(await post('pipelines.create', { name: 'Edited' }))
    await post('pipelines.rename', { id: pipelineId, name: 'First' })
    const topics = [
      { kind: 'run', runId, afterSeq: 0 },
      { kind: 'draft', pipelineId, afterSeq: 0 },
      { kind: 'runs' },
      { kind: 'run', runId: 'no-such-run', afterSeq: 0 },
    ]
    const ended = new Set<string>()
    let drafts = 0
    const heard = await listen<Live>('live', { topics }, (message) => {
      if (message.topic === 'end') ended.add(message.id ?? '')
      if (message.topic === 'draft') drafts += 1
      return ended.size === 2 && drafts === 1
    })
    const runSeqs = heard.flatMap(({ data }) => (data.entry ? [data.entry.seq] : []))
    expect(runSeqs).toEqual(Array.from({ length: runSeqs.length }, (_, index) => index + 1))

    await post('pipelines.rename', { id: pipelineId, name: 'Second' })
    const resumed = await listen<Live>(
      'live',
      { topics: topics.slice(0, 3), lastEventId: heard.at(-1)?.id },
      (message) => message.topic === 'draft',
    )
    expect(resumed.filter(({ data }) => data.topic === 'run')).toEqual([])
    expect(resumed.at(-1)?.data).toMatchObject({ topic: 'draft', seq: 2 })
  })

  it('say that a run is not there with our code', async () => {
    await expect(listen('runs.events', { runId: 'none' }, () => true)).rejects.toThrow(/"code":"not-found"/)
  })

  it('end with the server, within moments', async () => {
    const first = web
    web = await start()
    const url = `http://localhost:${first.port}/api/trpc/runs.changes`
    const source = new EventSource(url)
    await new Promise((resolve) => source.addEventListener('open', resolve))
    const started = performance.now()
    await first.close()
    source.close()
    expect(performance.now() - started).toBeLessThan(1_000)
    await expect(fetch(url)).rejects.toThrow()
  })
})

it('says in one sentence that the port is taken', async () => {
  await expect(
    startWebServer({
      services: app.services,
      files: createFilesEndpoint({ files: app.services.files, scope: localScope, uploadLimit }),
      host: '127.0.0.1',
      port: web.port,
      allowedHosts: [],
      development: false,
    }),
  ).rejects.toThrow(`Port ${web.port} is taken by another program.`)
})
