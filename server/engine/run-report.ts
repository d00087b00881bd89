import type { JsonValue, PipelineDocument } from '#pipeline/document.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { RunEvent, RunStatus, StepStatus } from '#pipeline/events.ts'
import type { Problem } from '#pipeline/problem.ts'

/** One step of a report. */
export interface StepReport {
  status: StepStatus
  attempts: number
  duration_ms: number
  error?: ErrorInfo
}

/**
 * How a run went, in the shape `orchestrator run --json` prints. Steps are in by path, those of map items too: of a very
 * long map the first ones, and the first that failed.
 */
export interface RunReport {
  status: RunStatus
  outputs: JsonValue
  steps: Record<string, StepReport>
  error?: ErrorInfo
  problems: Problem[]
}

/** Steps inside of items that are told one by one, and failed ones beyond that. */
const listedSteps = 10_000
const listedFailures = 1_000

/** Gathers the report of a run from its events as they happen; keeps no more of them than it says. */
export class RunReportWriter {
  readonly #steps = new Map<string, StepReport>()
  #inItems = 0
  #status: RunStatus = 'queued'
  #outputs: JsonValue = {}
  #error: ErrorInfo | undefined

  add(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        this.#status = 'running'
        return
      case 'run-succeeded':
        this.#status = 'succeeded'
        if ('value' in event.outputs) this.#outputs = event.outputs.value
        return
      case 'run-failed':
        this.#status = 'failed'
        this.#error = event.error
        return
      case 'run-cancelled':
        this.#status = 'cancelled'
        return
      case 'step-started':
        return this.#note(event.path, { status: 'running', attempts: event.attempt })
      case 'step-retried':
        return this.#note(event.path, { status: 'retrying', attempts: event.attempt })
      case 'step-parked':
        return this.#note(event.path, { status: 'waiting', attempts: event.attempt })
      case 'step-succeeded':
        return this.#note(event.path, { status: 'succeeded', attempts: event.attempt, duration_ms: event.durationMs })
      case 'step-failed': {
        const { attempt: attempts, durationMs: duration_ms, error } = event
        return this.#note(event.path, { status: 'failed', attempts, duration_ms, error })
      }
      case 'step-skipped':
        return this.#note(event.path, { status: 'skipped' })
      case 'step-cancelled':
        return this.#note(event.path, { status: 'cancelled' })
    }
  }

  /** Steps of the pipeline itself come first and in its order, then those inside of containers as they began. */
  report(document: PipelineDocument): RunReport {
    const steps: Record<string, StepReport> = {}
    for (const { id } of document.steps) steps[id] = { status: 'skipped', attempts: 0, duration_ms: 0 }
    for (const [path, step] of this.#steps) steps[path] = step
    return {
      status: this.#status,
      outputs: this.#outputs,
      steps,
      ...(this.#error ? { error: this.#error } : {}),
      problems: [],
    }
  }

  #note(path: string, news: Partial<StepReport> & Pick<StepReport, 'status'>): void {
    const before = this.#steps.get(path)
    if (!before && path.includes('[')) {
      if (this.#inItems >= listedSteps + (news.status === 'failed' ? listedFailures : 0)) return
      this.#inItems += 1
    }
    const { status, attempts = before?.attempts ?? 0, duration_ms = before?.duration_ms ?? 0, ...rest } = news
    this.#steps.set(path, { status, attempts, duration_ms, ...rest })
  }
}
