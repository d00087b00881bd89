import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector, fetch as undiciFetch } from 'undici'
import { OrchestratorError } from '#pipeline/errors.ts'
import { isAllowed, isPublicAddress, parseAllowPattern } from './address-guard.ts'
import { limitBody } from './limit-body.ts'

export interface GuardedFetchOptions {
  /** Hosts that may be private: `localhost`, `localhost:11434`, `*.lan`, `10.0.0.0/8`. Settings key `network.allow`. */
  allow?: readonly string[]
  /** Lets every address through; for tests and for people who say so. */
  allowPrivate?: boolean
  /** Of the decoded body, default 50 MB. */
  maxResponseBytes?: number
  /** Until the answer's headers, default 60 s. */
  headersTimeoutMs?: number
  /** Between two parts of the body, default 60 s. */
  bodyTimeoutMs?: number
}

/** `fetch` that cannot reach private networks, and `close` for its connections. */
export interface GuardedFetch {
  (url: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

const blocked = (target: { host: string; port: number }, address: string | undefined) => {
  const place = `${target.host}:${target.port}`
  const means = address === undefined || address === target.host ? '' : ` (${address})`
  return new OrchestratorError('request-blocked', `${place}${means} is on a private network, so it was not called.`, {
    fix: `To allow it, add "${place}" to the allowed hosts in Settings (network.allow).`,
    details: { host: target.host, port: target.port, ...(address === undefined ? {} : { address }) },
    retryable: false,
  })
}

/**
 * Makes a fetch that refuses private, loopback, link-local and metadata addresses with `request-blocked`. The check sits
 * where the socket is opened, on the very address that is connected to, so neither a redirect nor a name that changes
 * its address between check and use gets around it.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const patterns = (options.allow ?? []).map(parseAllowPattern)
  const maxResponseBytes = options.maxResponseBytes ?? 50 * 1024 * 1024
  const permits = (target: { host: string; port: number }, address?: string) =>
    options.allowPrivate === true ||
    isAllowed(patterns, target, address) ||
    (address !== undefined && isPublicAddress(address))

  function guardedLookup(target: { host: string; port: number }): LookupFunction {
    return (hostname, lookupOptions, callback) => {
      lookup(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
        if (error) return callback(error, '', 0)
        const refused = addresses.find(({ address }) => !permits(target, address))
        if (refused) return callback(blocked(target, refused.address), '', 0)
        if (lookupOptions.all) return callback(null, addresses)
        const [first] = addresses
        callback(null, first?.address ?? '', first?.family ?? 4)
      })
    }
  }

  const agent = new Agent({
    headersTimeout: options.headersTimeoutMs ?? 60_000,
    bodyTimeout: options.bodyTimeoutMs ?? 60_000,
    connect(connectOptions, callback) {
      const host = connectOptions.hostname.replace(/^\[|\]$/g, '')
      const port = Number(connectOptions.port) || (connectOptions.protocol === 'https:' ? 443 : 80)
      const target = { host, port }
      // A literal address never reaches the lookup.
      if (isIP(host) !== 0 && !permits(target, host)) return callback(blocked(target, host), null)
      buildConnector({ timeout: 10_000, lookup: guardedLookup(target) })(connectOptions, callback)
    },
  })

  const guarded = async (url: string, init: RequestInit = {}): Promise<Response> => {
    let parsed: URL
    try {
      parsed = new URL(url)
    } catch (cause) {
      throw new OrchestratorError('request-failed', `"${url}" is not a complete URL.`, {
        fix: 'Start it with https:// or http://.',
        cause,
        retryable: false,
      })
    }
    if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
      throw new OrchestratorError('request-blocked', `"${parsed.protocol}" addresses cannot be called.`, {
        fix: 'Use https:// or http://.',
        retryable: false,
      })
    }
    try {
      // The types of the package and of the platform describe the same objects apart.
      const request = { ...init, dispatcher: agent } as Parameters<typeof undiciFetch>[1]
      const response = (await undiciFetch(url, request)) as unknown as Response
      return limitBody(response, maxResponseBytes)
    } catch (error) {
      throw requestError(error, parsed, init.signal ?? undefined)
    }
  }
  return Object.assign(guarded, { close: () => agent.close() })
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing answers there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNRESET: 'the connection was closed',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_SOCKET: 'the connection was closed',
}

const unreachableFixes: Record<string, string> = {
  ECONNREFUSED: 'Check the port, and whether the server runs.',
  ENOTFOUND: 'Check the spelling of the host.',
  EAI_AGAIN: 'Check the network connection of this machine.',
}

function requestError(error: unknown, url: URL, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return error
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof OrchestratorError) return cause
    const errors = cause instanceof AggregateError ? cause.errors : []
    const inner: unknown = errors.find((each) => each instanceof OrchestratorError)
    if (inner !== undefined) return inner
    const code = (cause as NodeJS.ErrnoException).code
    const reason = (code !== undefined && reasons[code]) || (cause.cause === undefined ? cause.message : undefined)
    if (reason !== undefined) {
      return new OrchestratorError('request-failed', `${url.host} could not be reached: ${reason}.`, {
        cause: error,
        fix: unreachableFixes[code ?? ''] ?? 'Check the address, or give the step a retry policy.',
        details: { host: url.host, ...(code === undefined ? {} : { reason: code }) },
      })
    }
  }
  return error
}
