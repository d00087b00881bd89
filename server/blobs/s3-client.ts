import { setTimeout as wait } from 'node:timers/promises'
import { AwsV4Signer } from 'aws4fetch'
import { OrchestratorError } from '#pipeline/errors.ts'
import { hashOf } from './blob-hash.ts'
import type { S3Place } from './s3-place.ts'
import { textOf } from './xml-text.ts'

/** What is asked of the store: an object by its key, or with `query` the bucket. */
export interface S3Request {
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  key?: string
  query?: Record<string, string>
  body?: Uint8Array
}

/** An answer that is a success, or a 404. */
export interface S3Answer {
  found: boolean
  headers: Headers
  bytes: Uint8Array
}

export interface S3ClientOptions {
  /** How often a request is made at most (5). */
  attempts?: number
  /** Milliseconds for one of them (60,000). */
  timeoutMs?: number
  /** Milliseconds before the second one (100); twice as long before each further one. */
  delayMs?: number
}

/** Requests to one bucket, signed and tried again while that may help. Every failure says what was asked of whom. */
export class S3Client {
  readonly #place: S3Place
  readonly #options: Required<S3ClientOptions>

  constructor(place: S3Place, options: S3ClientOptions = {}) {
    this.#place = place
    this.#options = { attempts: 5, timeoutMs: 60_000, delayMs: 100, ...options }
  }

  /** Throws `request-failed` when the store refuses, or cannot be reached for the last time. */
  async ask(request: S3Request): Promise<S3Answer> {
    const { attempts, delayMs } = this.#options
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#try(request)
      if (!(outcome instanceof OrchestratorError)) return outcome
      if (!outcome.retryable || attempt === attempts) throw this.#located(outcome, request, attempt)
      // Spread out, so that those who failed together do not come back together.
      await wait(delayMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2))
    }
  }

  #urlOf({ key = '', query = {} }: S3Request): string {
    const { endpoint, pathStyle, bucket } = this.#place
    const path = key.split('/').map(encodeURIComponent).join('/')
    const url = new URL(pathStyle ? `${endpoint}/${bucket}/${path}` : `${endpoint}/${path}`)
    if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    return url.href
  }

  async #try(request: S3Request): Promise<S3Answer | OrchestratorError> {
    const { region, accessKeyId, secretAccessKey, sessionToken } = this.#place
    const { method, body } = request
    try {
      const signed = await new AwsV4Signer({
        method,
        url: this.#urlOf(request),
        // Part of what is signed: the store refuses other bytes.
        headers: { 'x-amz-content-sha256': hashOf(body ?? new Uint8Array()) },
        service: 's3',
        region,
        accessKeyId,
        secretAccessKey,
        ...(sessionToken ? { sessionToken } : {}),
      }).sign()
      const response = await fetch(signed.url, {
        method,
        headers: signed.headers,
        // A view of a larger buffer would send all of it.
        ...(body ? { body: Uint8Array.from(body) } : {}),
        signal: AbortSignal.timeout(this.#options.timeoutMs),
      })
      const bytes = new Uint8Array(await response.arrayBuffer())
      if (response.ok || response.status === 404) {
        const text = response.status === 404 ? new TextDecoder().decode(bytes) : ''
        // A missing object is an answer; a missing bucket is a mistake.
        if (textOf(text, 'Code') !== 'NoSuchBucket') return { found: response.ok, headers: response.headers, bytes }
      }
      return refusal(response.status, new TextDecoder().decode(bytes))
    } catch (cause) {
      return new OrchestratorError('request-failed', unreachable(cause), { cause })
    }
  }

  #located(error: OrchestratorError, { method, key, query }: S3Request, attempts: number): OrchestratorError {
    const { bucket, endpoint } = this.#place
    const what = key === undefined ? `${method} ${bucket}?${new URLSearchParams(query)}` : `${method} ${bucket}/${key}`
    const often = attempts === 1 ? '' : ` (tried ${attempts} times)`
    return new OrchestratorError('request-failed', `${what} at ${endpoint}: ${error.message}${often}.`, {
      ...(error.info.fix === undefined ? {} : { fix: error.info.fix }),
      details: { ...error.info.details, attempts },
      cause: error.cause,
      retryable: error.retryable,
    })
  }
}

function unreachable(cause: unknown): string {
  if (cause instanceof DOMException && cause.name === 'TimeoutError') return 'the store did not answer in time'
  const deeper = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return `the store cannot be reached: ${deeper instanceof Error ? deeper.message || deeper.name : String(deeper)}`
}

function refusal(status: number, text: string): OrchestratorError {
  const code = textOf(text, 'Code')
  const said = textOf(text, 'Message')
  const message = `the store answered ${status}${code ? ` ${code}` : ''}${said ? ` (${said})` : ''}`
  const mayPass = status >= 500 || status === 429 || code === 'RequestTimeout' || code === 'SlowDown'
  return new OrchestratorError('request-failed', message, {
    ...(mayPass ? {} : { fix: 'Check ORCHESTRATOR_BLOBS, its region and endpoint, and the AWS_* keys.' }),
    details: { status, ...(code ? { code } : {}) },
    retryable: mayPass,
  })
}
