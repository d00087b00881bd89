import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** Keys that the server accepts. */
export const s3Keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret/with+signs' }

/** A server that speaks as much of the S3 protocol as a blob store needs, and checks every signature (version 4). */
export interface S3Server {
  /** Address without a path. */
  endpoint: string
  /** Objects by `bucket/key`. */
  objects: Map<string, { bytes: Buffer; modifiedAt: Date }>
  /** Requests so far, `GET bucket/key`. */
  requests: string[]
  /** Answers of the next requests instead of the real ones: a status, or `hang up`, or `silence`. */
  trouble: (number | 'hang up' | 'silence')[]
  close(): Promise<void>
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.codePointAt(0)!.toString(16).toUpperCase()}`)
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Why the signature of a request is not right; null when it is. Written from the specification, not with the client's library. */
function wrongSignature(request: IncomingMessage, body: Buffer, region: string): string | null {
  const header = (name: string): string => String(request.headers[name] ?? '')
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header('authorization'),
    )
  if (!parts) return 'AccessDenied'
  const [, keyId, scope, signedHeaders, signature] = parts as unknown as [string, string, string, string, string]
  if (keyId !== s3Keys.accessKeyId) return 'InvalidAccessKeyId'
  const date = header('x-amz-date')
  if (scope !== `${date.slice(0, 8)}/${region}/s3/aws4_request`) return 'AuthorizationHeaderMalformed'
  const names = signedHeaders.split(';')
  if (!names.includes('host') || !names.includes('x-amz-date')) return 'SignatureDoesNotMatch'
  const hash = header('x-amz-content-sha256')
  if (hash !== sha256(body)) return 'XAmzContentSHA256Mismatch'
  const url = new URL(request.url!, 'http://host')
  const query = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort()
  const canonical = [
    request.method,
    decodeURIComponent(url.pathname).split('/').map(encoded).join('/'),
    query.join('&'),
    ...names.map((name) => `${name}:${header(name).trim()}`),
    '',
    signedHeaders,
    hash,
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  let key = hmac(`AWS4${s3Keys.secretAccessKey}`, date.slice(0, 8))
  for (const part of [region, 's3', 'aws4_request']) key = hmac(key, part)
  const isRight = timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'))
  return isRight ? null : 'SignatureDoesNotMatch'
}

/** Starts the server with one bucket. `pageSize` is how many objects a listing has at most. */
export async function startS3Server(
  options: { bucket?: string; region?: string; pageSize?: number } = {},
): Promise<S3Server> {
  const { bucket = 'values', region = 'eu-test-1', pageSize = 1_000 } = options
  const objects: S3Server['objects'] = new Map()
  const requests: string[] = []
  const trouble: S3Server['trouble'] = []

  function fail(response: ServerResponse, status: number, code: string): void {
    response.writeHead(status, { 'content-type': 'application/xml' })
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>made up &amp; short</Message></Error>`)
  }

  function listing(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? ''
    const after = query.get('continuation-token')
    const keys = [...objects.keys()]
      .map((name) => name.slice(bucket.length + 1))
      .filter((key) => key.startsWith(prefix) && (after === null || `<&${key}` > after))
      .sort()
    const page = keys.slice(0, pageSize)
    const contents = page.map((key) => {
      const { bytes, modifiedAt } = objects.get(`${bucket}/${key}`)!
      return `<Contents><Key>${escaped(key)}</Key><LastModified>${modifiedAt.toISOString()}</LastModified><Size>${bytes.length}</Size></Contents>`
    })
    // A token with signs that must be escaped, as real ones have.
    const token =
      keys.length > pageSize ? `<NextContinuationToken>${escaped(`<&${page.at(-1)}`)}</NextContinuationToken>` : ''
    return `<?xml version="1.0"?><ListBucketResult>${contents.join('')}${token}</ListBucketResult>`
  }

  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    const url = new URL(request.url!, 'http://host')
    const name = decodeURIComponent(url.pathname.slice(1))
    requests.push(`${request.method} ${name}`)
    const now = trouble.shift()
    if (now === 'silence') return
    if (now === 'hang up') return void request.socket.destroy()
    if (now !== undefined) return fail(response, now, now === 503 ? 'SlowDown' : 'InternalError')
    const wrong = wrongSignature(request, body, region)
    if (wrong) return fail(response, 403, wrong)
    if (name !== bucket && !name.startsWith(`${bucket}/`)) return fail(response, 404, 'NoSuchBucket')
    const found = objects.get(name)
    if (request.method === 'PUT') {
      objects.set(name, { bytes: body, modifiedAt: new Date() })
      response.end()
    } else if (request.method === 'DELETE') {
      objects.delete(name)
      response.writeHead(204).end()
    } else if (url.searchParams.has('list-type')) {
      response.writeHead(200, { 'content-type': 'application/xml' }).end(listing(url.searchParams))
    } else if (found) {
      const headers = { 'last-modified': found.modifiedAt.toUTCString(), 'content-length': found.bytes.length }
      response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : found.bytes)
    } else {
      fail(response, 404, 'NoSuchKey')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    requests,
    trouble,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
