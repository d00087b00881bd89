import type { JsonValue, PipelineDocument } from '#pipeline/document.ts'
import type { Answer, JournalEntry, StoredValue } from '#pipeline/events.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import type { Database } from '#db/database.ts'
import type { BlobStore } from '#server/blobs/blobs.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { StepCode, StepContext, StepDefinition, StepFiles, StepModels } from '#server/steps/define-step.ts'
import type { RunChanged, RunSignal } from './hub-types.ts'
import type { SentEvent } from './sent-events.ts'

/** Step types by name; `server/steps/registry.ts` has the product's. */
export type StepRegistry = ReadonlyMap<string, StepDefinition>

/** What steps of one workspace reach the world through. */
export interface StepServices {
  models: StepModels
  fetch: StepContext<never>['fetch']
  secrets: {
    get(name: string): Promise<string | undefined>
    /** Every secret of the workspace: none of them is ever written down, whoever says it. Absent: only those that steps read. */
    values?(): Promise<string[]>
  }
  files: StepFiles
  code: StepCode
  /** Where steps' log lines go besides the live view; absent: nowhere. */
  log?(level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>): void
}

/** What it takes to start a run. The document and inputs must be valid: `validatePipeline` and `resolveInputs` say so. */
export interface StartRequest {
  scope: Scope
  /** Absent for a document that is not stored as a pipeline. */
  pipelineId?: string
  pipelineName: string
  /** Absent when the draft is run. */
  versionNumber?: number
  document: PipelineDocument
  /** The pipelines it calls, directly or not, as they are to be for this run: by `<id>@<version|latest>` (`resolveCalls`). */
  calls?: Record<string, PipelineDocument>
  inputs: Record<string, JsonValue>
  kind?: 'run' | 'preview'
  trigger?: 'manual' | 'cli' | 'api' | 'schedule'
  /** What makes it differ from a plain run of its document. */
  options?: RunOptions
  /** Where it was retried, re-run or stepped from. */
  sourceRunId?: string
  /** A second start with this key, in this workspace, answers the first one's run; `conflict` when that is of another pipeline. */
  idempotencyKey?: string
  /** Higher first where runs wait for a worker; that of the document when absent. */
  priority?: number
}

/** What may be said to a run from outside, besides answers to its waits. */
export type RunCommand =
  | { kind: 'pause' }
  | { kind: 'resume'; mode: 'continue' | 'step' }
  | { kind: 'edit'; path: string; output: StoredValue }
  /** Breakpoints instead of those the run has. */
  | { kind: 'breakpoints'; breakpoints: NonNullable<RunOptions['breakpoints']> }

export interface EngineOptions {
  database: Database
  steps: StepRegistry
  stepServices(scope: Scope): StepServices | Promise<StepServices>
  /** Big values go to `<dataDir>/blobs` unless `blobs` is another store. */
  dataDir: string
  blobs?: BlobStore
  /** `web` only starts and watches runs, `worker` only carries them out, `all` (default) does both. */
  role?: 'all' | 'web' | 'worker'
  /** What this process announces (none): it carries out only runs whose labels it has all of. */
  labels?: readonly string[]
  /** Shown on the page of workers. */
  version?: string
  /** After this long without a sign of life a worker is taken for frozen and its runs go on elsewhere (20,000). */
  silentMs?: number
  /** Maps of at least this many items are spread over the workers, when there is more than one (500). */
  spreadFrom?: number
  /** Runs this process carries out at a time (100). */
  maxRuns?: number
  /** Steps with effects or of long duration this process executes at a time (256). */
  maxSteps?: number
  /** How long a step that was cancelled has to end by itself (10 s). */
  cancelGraceMs?: number
  /** Told of failures outside any run, e.g. a lost database connection. */
  onProblem?(message: string, cause: unknown): void
}

/** The door to running pipelines: one per process. */
export interface Engine {
  /** Stores a queued run and resolves to its id; throws `unknown-step-type` or `invalid-policy` for a document that cannot be run. */
  start(request: StartRequest): Promise<string>
  /** Says something to a run, wherever it is; durable when it resolves. Throws `not-found` outside the scope, `conflict` once the run has ended. */
  tell(scope: Scope, runId: string, command: RunCommand): Promise<void>
  /** Answers an open wait in somebody's name; false when somebody was faster or nothing waits any more. The caller checks the scope. */
  answerWait(waitId: string, answer: Answer & { by: string }): Promise<boolean>
  /** Ends the waits an event is for, and keeps it for those that begin within the hour. */
  sendEvent(event: SentEvent): Promise<{ id: string; reached: number }>
  /**
   * Asks a run to stop, wherever it is: steps in flight get their signal and a grace period, a second request ends them at once.
   * A run that has ended stays as it is. Throws `not-found` outside the scope.
   */
  cancel(scope: Scope, runId: string): Promise<void>
  /** Entries after `afterSeq`, stored ones first, then live ones with deltas in between; ends when the signal aborts. */
  watch(runId: string, afterSeq: number, signal: AbortSignal): AsyncIterable<RunSignal>
  /** Runs of the workspace whose row changed, from now on. */
  watchRuns(scope: Scope, signal: AbortSignal): AsyncIterable<RunChanged>
  /** Journal entries with a seq above `after` (0), at most `limit` (1,000). The caller checks the scope. */
  entries(runId: string, options?: { after?: number; limit?: number }): Promise<JournalEntry[]>
  /** The whole value, from the blob store when it is not in the event. */
  load(stored: StoredValue): Promise<JsonValue>
  /** A value as events and pins hold it. */
  store(value: JsonValue): Promise<StoredValue>
  /** Stops claiming, hands runs in flight over (they go on where they were), writes what is known and frees everything. */
  close(): Promise<void>
}
