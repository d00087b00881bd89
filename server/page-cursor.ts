import { OrchestratorError } from '#pipeline/errors.ts'

/** Where a page of a list ended: the time it is ordered by (as the database prints it, to the microsecond) and the id. */
export interface PageCursor {
  at: string
  id: string
}

/** SQL that prints a timestamp column without losing microseconds, which a JavaScript Date would. */
export const exactTimeSql = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** The opaque text that browsers send back to get the next page. */
export const encodeCursor = (cursor: PageCursor): string =>
  Buffer.from(JSON.stringify([cursor.at, cursor.id])).toString('base64url')

/** Reads what `encodeCursor` wrote; anything else is an `invalid-request`. */
export function decodeCursor(text: string | undefined): PageCursor | null {
  if (text === undefined) return null
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (Array.isArray(parsed) && parsed.length === 2) {
      const [at, id] = parsed as unknown[]
      if (typeof at === 'string' && typeof id === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(at)) {
        return { at, id }
      }
    }
  } catch {
    // Falls through to the one error below.
  }
  throw new OrchestratorError('invalid-request', 'The cursor is not one that a list gave out. Start at the first page.')
}

/** A search text as a LIKE pattern that finds it anywhere; its own % and _ are letters. */
export const searchPattern = (search: string | undefined): string | null =>
  search ? `%${search.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%` : null
