/** What a sweep removed from a workspace. */
export interface SweepResult {
  /** Runs with their journals. */
  runs: number
  /** Big values that nothing refers to any more. */
  values: number
  /** Size of those values. */
  bytes: number
  durationMs: number
}

/** How long a workspace keeps what, what it has, and what the last sweep did. Times are ISO strings. */
export interface RetentionReport {
  /** Finished runs are deleted this many days after their end; null: never. */
  runDays: number | null
  /** Big values of finished runs are deleted this many days after the end of the run; null: as long as the run is kept. */
  valueDays: number | null
  /** Runs there are, without parts of spread maps. */
  runs: number
  /** Those of them that are kept for good. */
  keptRuns: number
  lastSweep: (SweepResult & { at: string; error: string | null }) | null
}
