import { checkedBlob, hashOf, isHash, missingBlob } from './blob-hash.ts'
import type { BlobInfo, BlobStore } from './blob-store.ts'
import { S3Client, type S3ClientOptions } from './s3-client.ts'
import type { S3Place } from './s3-place.ts'
import { textOf } from './xml-text.ts'

/** A blob put longer ago than this is written again when it is put again, so that the store dates it anew. */
const freshMs = 30 * 60_000

/** Blobs as objects of an S3-compatible store, named by hash. Any number of machines may share them. */
export function createS3Blobs(place: S3Place, options: S3ClientOptions = {}): BlobStore {
  const client = new S3Client(place, options)
  const prefix = place.prefix === '' ? '' : `${place.prefix}/`
  const keyOf = (hash: string): string => `${prefix}${hash.slice(0, 2)}/${hash}`
  const name = `s3://${place.bucket}/${place.prefix}`

  async function isFresh(key: string): Promise<boolean> {
    const { found, headers } = await client.ask({ method: 'HEAD', key })
    return found && Date.now() - Date.parse(headers.get('last-modified') ?? '') < freshMs
  }

  return {
    place: name,
    async has(hash) {
      return isHash(hash) && (await client.ask({ method: 'HEAD', key: keyOf(hash) })).found
    },
    async put(bytes) {
      const hash = hashOf(bytes)
      if (!(await isFresh(keyOf(hash)))) await client.ask({ method: 'PUT', key: keyOf(hash), body: bytes })
      return hash
    },
    async get(hash) {
      if (!isHash(hash)) throw missingBlob(hash, name)
      const { found, bytes } = await client.ask({ method: 'GET', key: keyOf(hash) })
      if (!found) throw missingBlob(hash, name)
      return checkedBlob(hash, bytes, name)
    },
    async drop(hash, putBefore) {
      if (!isHash(hash)) return null
      const key = keyOf(hash)
      const { found, headers } = await client.ask({ method: 'HEAD', key })
      if (!found || Date.parse(headers.get('last-modified') ?? '') >= putBefore.getTime()) return null
      await client.ask({ method: 'DELETE', key })
      return Number(headers.get('content-length') ?? 0)
    },
    async *list() {
      for (let token: string | undefined, more = true; more;) {
        const { bytes } = await client.ask({
          method: 'GET',
          query: { 'list-type': '2', prefix, ...(token ? { 'continuation-token': token } : {}) },
        })
        const page = new TextDecoder().decode(bytes)
        yield* blobsIn(page)
        token = textOf(page, 'NextContinuationToken')
        more = token !== undefined
      }
    },
  }
}

function* blobsIn(page: string): Generator<BlobInfo> {
  for (const [, entry] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const hash = textOf(entry!, 'Key')?.split('/').at(-1) ?? ''
    if (!isHash(hash)) continue
    const putAt = new Date(textOf(entry!, 'LastModified') ?? 0)
    yield { hash, bytes: Number(textOf(entry!, 'Size') ?? 0), putAt }
  }
}
