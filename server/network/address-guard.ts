import ipaddr from 'ipaddr.js'

/** Public addresses that only make sense from inside a cloud machine, and ranges `ipaddr.js` calls ordinary. */
const blockedRanges = ['168.63.129.16/32', '::/96', '64:ff9b:1::/48', '2001:db8::/32'].map((range) =>
  ipaddr.parseCIDR(range),
)

/** Whether an address is on the public internet: not private, loopback, link-local, metadata, multicast or a tunnel of those. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return false
  return !blockedRanges.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits))
}

/** One entry of `network.allow`: `host`, `host:port`, `*.host`, an address, or a range such as `10.0.0.0/8`. */
export interface AllowPattern {
  host: string
  port: number | null
}

/** Reads an entry of `network.allow`; an IPv6 address with a port is written `[::1]:8080`. */
export function parseAllowPattern(text: string): AllowPattern {
  const trimmed = text.trim().toLowerCase()
  const bracketed = /^\[([^\]]+)\](?::(\d+|\*))?$/.exec(trimmed)
  const plain = /^([^:]+):(\d+|\*)$/.exec(trimmed)
  const match = bracketed ?? plain
  const port = match?.[2] === undefined || match[2] === '*' ? null : Number(match[2])
  return { host: match?.[1] ?? trimmed, port }
}

/** Whether the patterns allow a host (as written in the URL) or the address it stands for. */
export function isAllowed(patterns: readonly AllowPattern[], target: { host: string; port: number }, address?: string) {
  const host = target.host.toLowerCase().replace(/^\[|\]$/g, '')
  return patterns.some((pattern) => {
    if (pattern.port !== null && pattern.port !== target.port) return false
    if (pattern.host === host || pattern.host === '*') return true
    if (pattern.host.startsWith('*.')) return host.endsWith(pattern.host.slice(1))
    const candidate = address ?? host
    if (!ipaddr.isValid(candidate)) return false
    const parsed = ipaddr.process(candidate)
    if (ipaddr.isValidCIDR(pattern.host)) {
      const [network, bits] = ipaddr.parseCIDR(pattern.host)
      return parsed.kind() === network.kind() && parsed.match(network, bits)
    }
    return ipaddr.isValid(pattern.host) && ipaddr.process(pattern.host).toString() === parsed.toString()
  })
}
