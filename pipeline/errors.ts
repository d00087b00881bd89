/**
 * Every error code the product can show, with what it means. Codes are stable: people search for them, tests and
 * callers match on them. Add a line here before throwing a new one.
 */
export const errorCodes = {
  // reading a pipeline
  'yaml-syntax': 'The text is not valid YAML.',
  'document-shape': 'A key is missing, misspelt or of the wrong type.',
  'duplicate-step': 'Two steps of one graph have the same id.',
  'unknown-step-type': 'No step type of that name is installed.',
  'invalid-config': "A step's settings do not fit its type.",
  'unknown-reference': 'An expression or edge names something that does not exist.',
  'not-upstream': 'An expression reads a step that does not run before this one.',
  'unknown-port': 'An edge leaves or enters a port the step does not have.',
  cycle: 'Steps wait for each other in a circle.',
  unreachable: 'The step can never run.',
  'type-mismatch': 'The declared type of a value does not fit where it is used.',
  'unused-input': 'Nothing reads this input.',
  'invalid-policy': 'A retry, timeout or error policy is not valid.',
  // expressions
  'expression-syntax': 'The expression cannot be parsed.',
  'expression-evaluation': 'The expression failed while it was computed.',
  'expression-limit': 'The expression took too many steps or made too large a value.',
  // running
  'input-missing': 'A required input was not given.',
  'input-invalid': 'An input does not fit its declared type.',
  'step-failed': 'A step failed.',
  'step-timeout': 'A step took longer than its timeout.',
  'step-cancelled': 'The step was cancelled.',
  'output-invalid': "A step's output does not fit its declared type.",
  'flow-failed': 'A flow.fail step ended the pipeline on purpose.',
  'loop-limit': 'The loop did not end within its limit.',
  'call-depth': 'Pipelines call each other too deep.',
  'wait-timeout': 'Nobody answered and no event came in time.',
  rejected: 'A person rejected it.',
  'run-limit': 'The run reached a limit of its own: time, steps or cost.',
  'run-refused': 'Too many runs of this pipeline are active.',
  'not-waiting': 'Nothing waits for this answer any more.',
  'worker-missing': 'No worker with the labels the run needs is alive.',
  'value-missing': 'A stored value was removed by the retention rules or is lost.',
  'code-failed': 'User code threw an error.',
  'code-limit': 'User code ran out of its time or memory limit.',
  'file-not-found': 'The file is not in the workspace.',
  'file-too-large': 'The file is larger than the limit.',
  'path-outside': 'The path leaves the workspace file store.',
  'request-blocked': 'The address is not allowed by the network guard.',
  'request-failed': 'The HTTP request could not be made.',
  'model-missing': 'No connection or local server offers that model.',
  'model-failed': 'The model provider answered with an error.',
  'stale-epoch': 'Another worker has taken over this run.',
  // using the product
  'not-found': 'It does not exist, or you may not see it.',
  'not-allowed': 'Your role does not allow it.',
  conflict: 'It has changed in the meantime.',
  'invalid-request': 'The request is not valid.',
  'directory-in-use': 'Another process holds the data directory.',
  'database-unavailable': 'The database cannot be reached.',
  internal: 'A defect of ours.',
} as const

export type ErrorCode = keyof typeof errorCodes

/** What a reader needs to find the place: all parts optional, lines and columns from 1. */
export interface ErrorPlace {
  /** Step path, e.g. `each[3].fetch` in a run or `each.fetch` in a document. */
  step?: string
  /** Field path inside the step, e.g. `with.url` or `needs[0]`. */
  field?: string
  line?: number
  column?: number
}

/** A step's failure as stored in events and shown to people. */
export interface ErrorInfo extends ErrorPlace {
  code: ErrorCode
  message: string
  /** What would work, in a sentence. */
  fix?: string
  /** What people call the failed step, where it has a name. */
  stepName?: string
  /** The item the step worked on: of the innermost map or loop around it. */
  item?: { index: number; label?: string }
  /** What was tried before this was given up; `durationMs` from the start of the first attempt, `fallback` is a step type. */
  tried?: { attempts: number; durationMs: number; fallback?: string }
  /** Small JSON facts (values involved, status codes), secrets already redacted. */
  details?: Record<string, unknown>
}

/** The one error class. Expected failure is better returned as a value; this is for what must interrupt. */
export class OrchestratorError extends Error {
  readonly code: ErrorCode
  readonly info: ErrorInfo
  /** Whether trying again may help (a 503, a dropped connection); retry policies read it. */
  readonly retryable: boolean

  constructor(
    code: ErrorCode,
    message: string,
    options: Omit<ErrorInfo, 'code' | 'message'> & { cause?: unknown; retryable?: boolean } = {},
  ) {
    const { cause, retryable = true, ...place } = options
    super(message, { cause })
    this.name = 'OrchestratorError'
    this.code = code
    this.info = { code, message, ...place }
    this.retryable = retryable
  }
}

/** Turns anything thrown into the stored form; a foreign error keeps its message under the given code. */
export function toErrorInfo(error: unknown, code: ErrorCode = 'internal'): ErrorInfo {
  if (error instanceof OrchestratorError) return error.info
  return { code, message: error instanceof Error ? error.message : String(error) }
}
