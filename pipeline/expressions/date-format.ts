import type { Budget } from './budget.ts'

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = 'January February March April May June July August September October November December'.split(' ')
const isoPattern = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

/** A time from a Date, seconds or milliseconds since 1970, or an ISO text (UTC when it names no zone); null when it is none. */
export function parseDate(value: unknown): Date | null {
  let date: Date
  if (value instanceof Date) date = value
  // Numbers under 1e11 are seconds: as milliseconds they would lie before March 1973.
  else if (typeof value === 'number') date = new Date(Math.abs(value) < 1e11 ? value * 1000 : value)
  else if (typeof value === 'string' && isoPattern.test(value.trim())) {
    const text = value.trim().replace(' ', 'T')
    date = new Date(text.length > 10 && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? `${text}Z` : text)
  } else return null
  return Number.isNaN(date.getTime()) ? null : date
}

/** A time in Python's strftime format, in UTC. */
export function formatDate(date: Date, format: string, budget: Budget): string {
  budget.allocate(format.length * 4)
  return format.replace(/%(-?)([a-zA-Z%])/g, (whole, dash: string, code: string) => {
    const text = part(date, code)
    if (text === undefined) return whole
    return dash === '-' ? text.replace(/^0+(?=\d)/, '') : text
  })
}

function part(date: Date, code: string): string | undefined {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = days[date.getUTCDay()] as string
  const month = months[date.getUTCMonth()] as string
  const dayOfYear =
    Math.floor(
      (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) /
        86_400_000,
    ) + 1
  switch (code) {
    case 'Y':
      return String(date.getUTCFullYear())
    case 'y':
      return two(date.getUTCFullYear() % 100)
    case 'm':
      return two(date.getUTCMonth() + 1)
    case 'd':
      return two(date.getUTCDate())
    case 'e':
      return String(date.getUTCDate()).padStart(2)
    case 'H':
      return two(date.getUTCHours())
    case 'I':
      return two(date.getUTCHours() % 12 || 12)
    case 'M':
      return two(date.getUTCMinutes())
    case 'S':
      return two(date.getUTCSeconds())
    case 'f':
      return `${String(date.getUTCMilliseconds()).padStart(3, '0')}000`
    case 'p':
      return date.getUTCHours() < 12 ? 'AM' : 'PM'
    case 'A':
      return day
    case 'a':
      return day.slice(0, 3)
    case 'B':
      return month
    case 'b':
    case 'h':
      return month.slice(0, 3)
    case 'j':
      return String(dayOfYear).padStart(3, '0')
    case 'w':
      return String(date.getUTCDay())
    case 'u':
      return String(date.getUTCDay() || 7)
    case 's':
      return String(Math.floor(date.getTime() / 1000))
    case 'Z':
      return 'UTC'
    case 'z':
      return '+0000'
    case 'F':
      return `${part(date, 'Y')}-${part(date, 'm')}-${part(date, 'd')}`
    case 'T':
    case 'X':
      return `${part(date, 'H')}:${part(date, 'M')}:${part(date, 'S')}`
    case 'D':
    case 'x':
      return `${part(date, 'm')}/${part(date, 'd')}/${part(date, 'y')}`
    case 'R':
      return `${part(date, 'H')}:${part(date, 'M')}`
    case 'c':
      return `${part(date, 'a')} ${part(date, 'b')} ${part(date, 'e')} ${part(date, 'T')} ${part(date, 'Y')}`
    case 'U':
      return two(Math.floor((dayOfYear + 6 - date.getUTCDay()) / 7))
    case 'W':
      return two(Math.floor((dayOfYear + 6 - ((date.getUTCDay() + 6) % 7)) / 7))
    case 'n':
      return '\n'
    case 't':
      return '\t'
    case '%':
      return '%'
    default:
      return undefined
  }
}
