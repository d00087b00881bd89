/** How long a server asks to wait before the next request, in milliseconds, from the headers of its answer; undefined when it does not. */
export function retryAfterMs(
  header: (name: string) => string | null | undefined,
  now = Date.now(),
): number | undefined {
  const milliseconds = numberOf(header('retry-after-ms'))
  if (milliseconds !== undefined) return Math.ceil(milliseconds)
  const after = header('retry-after')
  const seconds = numberOf(after) ?? numberOf(header('x-ratelimit-reset-after'))
  if (seconds !== undefined) return Math.ceil(seconds * 1_000)
  if (!after) return undefined
  const moment = Date.parse(after)
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - now)
}

function numberOf(text: string | null | undefined): number | undefined {
  if (!text || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined
  return Number(text)
}
