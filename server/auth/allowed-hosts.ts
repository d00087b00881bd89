import type { IncomingMessage } from 'node:http'

/** Names under which requests may reach this server: `localhost`, `127.0.0.1:3000`, `orchestrator.example.com`. */
export interface AllowedHosts {
  /** Port the server listens on; loopback names count with exactly this port. */
  port: number
  /** More names from the setting ALLOWED_HOSTS; an entry without a port allows every port. */
  others: readonly string[]
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/** Splits ALLOWED_HOSTS at commas and spaces. */
export const parseAllowedHosts = (setting: string | undefined): string[] =>
  (setting ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)

/** Whether a Host header (or the host part of an Origin) is one of ours; the default port may be left out. */
export function isAllowedHost(host: string | undefined, allowed: AllowedHosts, defaultPort = 80): boolean {
  if (!host) return false
  const match = /^(\[[0-9a-f:.]+\]|[^:/?#@\s[\]]+)(?::(\d{1,5}))?$/.exec(host.toLowerCase())
  const name = match?.[1]
  if (!name) return false
  const port = match[2] === undefined ? defaultPort : Number(match[2])
  if (loopbackNames.includes(name) && port === allowed.port) return true
  return allowed.others.some((entry) => entry === name || entry === `${name}:${port}`)
}

/** Whether a connection comes from this machine. */
export const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address))

/** Why a request is refused, as a status and a sentence for people; null when it is not. */
export interface Refusal {
  status: 403 | 421
  message: string
}

/**
 * Keeps other websites out of a server that trusts whoever is on this machine: a page whose name was rebound to
 * 127.0.0.1 shows in Host, a page that sends requests here shows in Origin.
 */
export function refusalOf(request: IncomingMessage, allowed: AllowedHosts): Refusal | null {
  const { host, origin } = request.headers
  if (!isAllowedHost(host, allowed)) {
    return {
      status: 421,
      message: `This server does not answer to the name "${host ?? ''}". Open it as http://localhost:${allowed.port}, or add the name to ALLOWED_HOSTS.`,
    }
  }
  if (allowed.others.length === 0 && !isLoopbackAddress(request.socket.remoteAddress)) {
    return {
      status: 403,
      message: 'This server answers only to the machine it runs on. Set ALLOWED_HOSTS to the name others use for it.',
    }
  }
  const isApi = request.url?.startsWith('/api/') ?? false
  const changes = request.method !== 'GET' && request.method !== 'HEAD'
  const isStream = request.headers.accept?.includes('text/event-stream') ?? false
  if (origin !== undefined && (isApi || changes || isStream) && !isOwnOrigin(origin, allowed)) {
    return {
      status: 403,
      message: `Requests from ${origin} are refused: they may only come from this server's own pages.`,
    }
  }
  // Browsers leave Origin out of plain GETs, but say where those come from. Following a link is fine, reading the API is not.
  const site = request.headers['sec-fetch-site']
  if (isApi && origin === undefined && site !== undefined && site !== 'same-origin' && site !== 'none') {
    return { status: 403, message: 'Requests from other websites are refused.' }
  }
  return null
}

function isOwnOrigin(origin: string, allowed: AllowedHosts): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  if (protocol !== 'http:' && protocol !== 'https:') return false
  return isAllowedHost(host, allowed, protocol === 'https:' ? 443 : 80)
}
