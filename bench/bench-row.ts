import type { Database } from '#db/client.ts'

/** One figure of a bench. */
export interface BenchRow {
  name: string
  value: number
  /** `ms`, `steps/s`, ...; `x` for how many times the bare cost. */
  unit: string
  /** What it was measured on; `machine` for figures that need no database. */
  database: Database['kind'] | 'machine'
  /** What it must not exceed; a rate (`.../s`) must not fall below. */
  limit?: number
  /** The bare cost measured in the same run, in the same unit: what the figure is to be compared with. */
  beside?: number
}

/** A rate must not fall below its limit; everything else must not exceed it. */
export const isRate = (unit: string): boolean => unit.endsWith('/s')

/** Whether the figure is within its limit; a figure without one always is. */
export const isKept = ({ value, unit, limit }: BenchRow): boolean =>
  limit === undefined || (isRate(unit) ? value >= limit : value <= limit)

const figure = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)

/** A figure as one line of a table. */
export function lineOf(row: BenchRow): string {
  const { name, value, unit, database, limit, beside } = row
  const bound = limit === undefined ? '' : `  ${isRate(unit) ? 'at least' : 'at most'} ${figure(limit)}`
  const bare = beside === undefined ? '' : `  beside ${figure(beside)} bare`
  const verdict = limit === undefined ? '' : isKept(row) ? '  ok' : '  MISSED'
  return `${database.padEnd(9)} ${name.padEnd(58)} ${figure(value).padStart(9)} ${unit.padEnd(11)}${bare}${bound}${verdict}`
}
