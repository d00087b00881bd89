/** `480 ms`, `1.2 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1) return '< 1 ms'
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const totalSeconds = Math.round(ms / 1_000)
  const minutes = Math.floor(totalSeconds / 60)
  if (minutes < 60) return `${minutes} min ${String(totalSeconds % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `812 B`, `4.1 kB`, `12 MB`: powers of 1,000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = -1
  do {
    value /= 1_000
    unit++
  } while (value >= 999.5 && unit < units.length - 1)
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** `$0.0012`; `Free` for zero. */
export function formatCost(usd: number): string {
  if (usd === 0) return 'Free'
  if (usd < 0.0001) return '< $0.0001'
  return `$${usd < 0.01 ? usd.toFixed(4) : usd.toFixed(2)}`
}

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 })
/** `12,345.678`. */
export function formatNumber(value: number): string {
  return number.format(value)
}

const relative = new Intl.RelativeTimeFormat('en-US', { numeric: 'auto', style: 'long' })
/** `just now`, `5 minutes ago`, `yesterday`; times in epoch milliseconds. */
export function formatRelativeTime(time: number, now: number): string {
  const seconds = (time - now) / 1_000
  const size = Math.abs(seconds)
  if (size < 45) return 'just now'
  if (size < 3_600) return relative.format(Math.round(seconds / 60), 'minute')
  if (size < 86_400) return relative.format(Math.round(seconds / 3_600), 'hour')
  if (size < 30 * 86_400) return relative.format(Math.round(seconds / 86_400), 'day')
  if (size < 365 * 86_400) return relative.format(Math.round(seconds / (30 * 86_400)), 'month')
  return relative.format(Math.round(seconds / (365 * 86_400)), 'year')
}
