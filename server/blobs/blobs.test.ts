import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type BlobInfo, type BlobStore, createFolderBlobs, createMemoryBlobs, openBlobs } from './blobs.ts'
import { createS3Blobs } from './s3-blobs.ts'
import { readS3Place } from './s3-place.ts'
import { s3Keys, type S3Server, startS3Server } from './testing/s3-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchestrator-blobs-'))
let s3: S3Server

beforeAll(async () => {
  s3 = await startS3Server({ pageSize: 3 })
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await s3.close()
})

const tomorrow = new Date(Date.now() + 86_400_000)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const keys = { AWS_ACCESS_KEY_ID: s3Keys.accessKeyId, AWS_SECRET_ACCESS_KEY: s3Keys.secretAccessKey }
const placeText = (path: string, region = 'eu-test-1') => `s3://values/${path}?endpoint=${s3.endpoint}&region=${region}`
const s3Blobs = (path: string, options = {}) =>
  createS3Blobs(readS3Place(placeText(path), keys), { delayMs: 1, ...options })

async function listed(blobs: BlobStore): Promise<BlobInfo[]> {
  const found: BlobInfo[] = []
  for await (const info of blobs.list()) found.push(info)
  return found.toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
}

let stores = 0
describe.each([
  ['folder', () => createFolderBlobs(join(folder, `suite-${stores++}`))],
  ['memory', createMemoryBlobs],
  ['S3', () => s3Blobs(`suite ${stores++}/with (signs)`)],
])('blobs (%s)', (_name, create) => {
  let blobs: BlobStore
  beforeEach(() => {
    blobs = create()
  })

  it('gives back any bytes under their SHA-256', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (content) => {
        const hash = await blobs.put(content)
        expect(hash).toMatch(/^[0-9a-f]{64}$/)
        expect(Buffer.from(await blobs.get(hash)).equals(content)).toBe(true)
        expect(await blobs.has(hash)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('keeps what it was given when the caller changes its buffer', async () => {
    const buffer = bytes('before')
    const hash = await blobs.put(buffer)
    buffer.set(bytes('AFTER!'))
    expect(new TextDecoder().decode(await blobs.get(hash))).toBe('before')
  })

  it('takes a part of a larger buffer for the part alone', async () => {
    const hash = await blobs.put(bytes('a part of it').subarray(2, 6))
    expect(new TextDecoder().decode(await blobs.get(hash))).toBe('part')
  })

  it('says value-missing for a hash it does not have and for what is no hash', async () => {
    for (const hash of ['0'.repeat(64), '../../etc/passwd', '']) {
      await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'value-missing' })
      expect(await blobs.has(hash)).toBe(false)
      expect(await blobs.drop(hash, tomorrow)).toBeNull()
    }
  })

  it('lists what there is, with sizes and times, and drops what was put before a time', async () => {
    expect(await listed(blobs)).toEqual([])
    const hashes = await Promise.all([1, 10, 100, 1_000, 10_000].map((size) => blobs.put(bytes('x'.repeat(size)))))
    const before = await listed(blobs)
    expect(before.map(({ bytes: size }) => size).toSorted((a, b) => a - b)).toEqual([1, 10, 100, 1_000, 10_000])
    for (const { putAt } of before) expect(Math.abs(putAt.getTime() - Date.now())).toBeLessThan(60_000)
    expect(await blobs.drop(hashes[2]!, new Date(Date.now() - 60_000))).toBeNull()
    expect(await blobs.has(hashes[2]!)).toBe(true)
    expect(await blobs.drop(hashes[2]!, tomorrow)).toBe(100)
    expect((await listed(blobs)).map(({ hash }) => hash)).toEqual(
      before.map(({ hash }) => hash).filter((hash) => hash !== hashes[2]),
    )
    await expect(blobs.get(hashes[2]!)).rejects.toMatchObject({ code: 'value-missing' })
  })
})

describe('blobs in a folder', () => {
  it('stores equal bytes once, also when written at the same time, and leaves no drafts', async () => {
    const home = join(folder, 'once')
    const blobs = createFolderBlobs(home)
    const hashes = await Promise.all(Array.from({ length: 20 }, () => blobs.put(bytes('the same'))))
    expect(new Set(hashes).size).toBe(1)
    const names = readdirSync(home, { recursive: true }).map(String)
    expect(names.toSorted()).toEqual([hashes[0]!.slice(0, 2), join(hashes[0]!.slice(0, 2), hashes[0]!)])
  })

  it('refuses bytes that no longer fit their hash', async () => {
    const home = join(folder, 'damaged')
    const blobs = createFolderBlobs(home)
    const hash = await blobs.put(bytes('whole'))
    writeFileSync(join(home, hash.slice(0, 2), hash), 'half')
    await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'internal' })
  })

  it('keeps a blob that is put again while it is dropped, whichever comes first', async () => {
    const home = join(folder, 'race')
    const blobs = createFolderBlobs(home)
    for (let round = 0; round < 200; round++) {
      const hash = await blobs.put(bytes('wanted again'))
      utimesSync(join(home, hash.slice(0, 2), hash), 1_000, 1_000)
      await Promise.all([blobs.drop(hash, new Date(2_000_000)), blobs.put(bytes('wanted again'))])
      expect(await blobs.has(hash)).toBe(true)
    }
    expect(readdirSync(home).filter((name) => name.startsWith('draft-'))).toEqual([])
  })

  it('dates a blob anew that is put again', async () => {
    const home = join(folder, 'dated')
    const blobs = createFolderBlobs(home)
    const hash = await blobs.put(bytes('old'))
    utimesSync(join(home, hash.slice(0, 2), hash), 1_000, 1_000)
    await blobs.put(bytes('old'))
    expect((await listed(blobs))[0]!.putAt.getTime()).toBeGreaterThan(Date.now() - 60_000)
  })
})

describe('blobs in an S3-compatible store', () => {
  beforeEach(() => {
    s3.trouble.length = 0
    s3.requests.length = 0
  })

  it('does not send again what was put a moment ago, and dates anew what was put long ago', async () => {
    const blobs = s3Blobs('again')
    const hash = await blobs.put(bytes('twice'))
    await blobs.put(bytes('twice'))
    expect(s3.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(1)
    s3.objects.get(`values/again/${hash.slice(0, 2)}/${hash}`)!.modifiedAt = new Date(0)
    await blobs.put(bytes('twice'))
    expect((await listed(blobs))[0]!.putAt.getTime()).toBeGreaterThan(Date.now() - 60_000)
  })

  it('tries again after errors of the server, a broken connection and silence', async () => {
    const blobs = s3Blobs('trouble', { timeoutMs: 200 })
    const hash = await blobs.put(bytes('at last'))
    s3.trouble.push(500, 503, 'hang up', 'silence')
    expect(new TextDecoder().decode(await blobs.get(hash))).toBe('at last')
    expect(s3.trouble).toEqual([])
  })

  it('gives up in the end, and says what was asked of whom and how often', async () => {
    const blobs = s3Blobs('down', { attempts: 3 })
    s3.trouble.push(503, 503, 503)
    await expect(blobs.get('a'.repeat(64))).rejects.toMatchObject({
      code: 'request-failed',
      retryable: true,
      message: `GET values/down/aa/${'a'.repeat(64)} at ${s3.endpoint}: the store answered 503 SlowDown (made up & short) (tried 3 times).`,
    })
    const nobody = createS3Blobs(readS3Place('s3://values?endpoint=http://127.0.0.1:9', keys), { attempts: 1 })
    await expect(nobody.has('a'.repeat(64))).rejects.toMatchObject({
      code: 'request-failed',
      message: expect.stringContaining('the store cannot be reached'),
    })
  })

  it('is refused at once with wrong keys, a wrong region and a wrong bucket', async () => {
    const hash = 'b'.repeat(64)
    const refusals: [string, Record<string, string>, string][] = [
      [placeText('x'), { ...keys, AWS_SECRET_ACCESS_KEY: 'wrong' }, 'SignatureDoesNotMatch'],
      [placeText('x'), { ...keys, AWS_ACCESS_KEY_ID: 'nobody' }, 'InvalidAccessKeyId'],
      [placeText('x', 'us-east-1'), keys, 'AuthorizationHeaderMalformed'],
      [placeText('x').replace('values', 'others'), keys, 'NoSuchBucket'],
    ]
    for (const [text, environment, code] of refusals) {
      s3.requests.length = 0
      const blobs = createS3Blobs(readS3Place(text, environment), { delayMs: 1 })
      await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'request-failed', info: { details: { code } } })
      expect(s3.requests).toHaveLength(1)
    }
  })
})

describe('ORCHESTRATOR_BLOBS', () => {
  const place = (text: string | undefined, environment = {}) =>
    openBlobs('data', { ...keys, ...environment, ...(text === undefined ? {} : { ORCHESTRATOR_BLOBS: text }) }).place

  it('names a bucket, a folder, or nothing', () => {
    expect(place(undefined)).toBe(join(process.cwd(), 'data', 'blobs'))
    expect(place('/srv/blobs')).toBe('/srv/blobs')
    expect(place('file:///srv/blobs')).toBe('/srv/blobs')
    expect(place('s3://bucket/some/prefix/')).toBe('s3://bucket/some/prefix')
  })

  it('takes region and address from the standard variables, and AWS host names without an address', () => {
    expect(readS3Place('s3://bucket', { ...keys, AWS_REGION: 'eu-west-3' })).toMatchObject({
      region: 'eu-west-3',
      endpoint: 'https://s3.eu-west-3.amazonaws.com',
      pathStyle: false,
    })
    const own = { ...keys, AWS_ENDPOINT_URL_S3: 'https://store.example.com/' }
    expect(readS3Place('s3://bucket', own)).toMatchObject({ endpoint: 'https://store.example.com', pathStyle: true })
  })

  it.each([
    ['blobs', {}],
    ['s3://', {}],
    ['s3://bucket?endpint=https://example.com', {}],
    ['s3://bucket?endpoint=example.com', {}],
    ['s3://bucket', { AWS_SECRET_ACCESS_KEY: '' }],
  ])('refuses %s', (text, environment) => {
    expect(() => place(text, environment)).toThrow(expect.objectContaining({ code: 'invalid-request' }))
  })
})
