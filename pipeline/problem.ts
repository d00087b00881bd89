import type { ErrorCode, ErrorPlace } from './errors.ts'

/** A change that would solve the problem; the editor applies it with one click, the command line prints its title. */
export type ProblemFix =
  /** Draw an edge between two steps of one graph, given by their paths. */
  | { kind: 'connect'; title: string; from: string; to: string }
  /** Write another name where this one stands. */
  | { kind: 'rename'; title: string; from: string; to: string }
  /** Delete what the problem's field names. */
  | { kind: 'remove'; title: string }
  /** Give the problem's field (or the named field of the step) this value. */
  | { kind: 'replace'; title: string; field: string; step?: string; value: unknown }

/** One finding about a pipeline. An `error` keeps it from running, a `warning` does not. */
export interface Problem extends ErrorPlace {
  code: ErrorCode
  severity: 'error' | 'warning'
  message: string
  fix?: ProblemFix
}
