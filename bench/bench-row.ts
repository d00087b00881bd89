import type { Database } from '#db/client.ts'

/** One figure of a bench. */
export interface BenchRow {
  name: string
  value: number
  unit: string
  database: Database['kind']
  /** What it must not exceed; a rate (`.../s`) must not fall below. */
  limit?: number
  /** The bare cost measured in the same run, in the same unit: what the figure is to be compared with. */
  beside?: number
}
