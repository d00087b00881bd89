import type { JsonValue, PipelineDocument } from '#pipeline/document.ts'
import { type ErrorInfo, OrchestratorError } from '#pipeline/errors.ts'
import type { JournalEntry, RunStatus, StepStatus } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import type { Problem } from '#pipeline/problem.ts'
import { applyEntries, emptyRunView } from '#pipeline/run-view.ts'
import type { StepDelta } from '#server/steps/define-step.ts'
import { compile, initialState } from './core/core.ts'
import type { StepRegistry, StepServices } from './engine-types.ts'
import type { ExecutorEnvironment } from './executor-types.ts'
import { Limiter } from './limiter.ts'
import { createMemoryLimits } from './limits/limits.ts'
import { Pacer } from './pacer.ts'
import { RunExecutor } from './run-executor.ts'
import { createStepCache } from './step-cache.ts'
import { Timers } from './timers.ts'
import { inlineValueStore } from './value-store.ts'

/** One step of a report. */
export interface StepReport {
  status: StepStatus
  attempts: number
  duration_ms: number
  error?: ErrorInfo
}

/** How a run went, in the shape `orchestrator run --json` prints. Steps are in by path, those of map items too. */
export interface RunReport {
  status: RunStatus
  outputs: JsonValue
  steps: Record<string, StepReport>
  error?: ErrorInfo
  problems: Problem[]
}

export interface RunInMemoryOptions {
  document: PipelineDocument
  /** The pipelines it calls, directly or not, by call key. */
  calls?: Record<string, PipelineDocument>
  inputs: Record<string, JsonValue>
  steps: StepRegistry
  services: StepServices
  /** Cancels the run. */
  signal?: AbortSignal
  onEvent?(entry: JournalEntry): void
  onDelta?(path: string, attempt: number, delta: StepDelta): void
}

/** Runs a valid document to its end without a database: the same scheduler and executor over a journal in memory. */
export async function runInMemory(options: RunInMemoryOptions): Promise<RunReport> {
  const { document, steps } = options
  const manifests = new Map([...steps].map(([type, { manifest }]) => [type, manifest]))
  const plan = compile(document, manifests, new Map(Object.entries(options.calls ?? {})))
  const timers = new Timers()
  const environment: ExecutorEnvironment = {
    steps,
    values: inlineValueStore,
    limiter: new Limiter(256),
    timers,
    pacer: new Pacer(),
    cache: createStepCache(),
    limits: createMemoryLimits(),
    now: Date.now,
  }
  const entries: JournalEntry[] = []
  const executor = new RunExecutor(
    {
      runId: newId(),
      workspaceId: 'local',
      plan,
      state: initialState(plan),
      inputs: options.inputs,
      startedAt: Date.now(),
      services: options.services,
      journal: { append: async () => undefined },
      onDelta: (path, attempt, delta) => options.onDelta?.(path, attempt, delta),
      onEvent(event, at) {
        const entry: JournalEntry = { seq: entries.length + 1, at, event }
        entries.push(entry)
        options.onEvent?.(entry)
      },
    },
    environment,
  )
  const cancel = (): void => executor.cancel('cli')
  options.signal?.addEventListener('abort', cancel, { once: true })
  try {
    const running = executor.run()
    if (options.signal?.aborted) cancel()
    const ending = await running
    if (ending.kind === 'lost') throw new OrchestratorError('internal', 'the run was given up', { cause: ending.cause })
    return reportOf(document, entries)
  } finally {
    options.signal?.removeEventListener('abort', cancel)
    timers.close()
  }
}

function reportOf(document: PipelineDocument, entries: readonly JournalEntry[]): RunReport {
  const view = applyEntries(emptyRunView(), entries)
  const steps: Record<string, StepReport> = {}
  // Steps of the pipeline itself come first and in its order, then those of items as they began.
  for (const { id } of document.steps) steps[id] = { status: 'skipped', attempts: 0, duration_ms: 0 }
  for (const step of view.steps.values()) {
    steps[step.path] = {
      status: step.status,
      attempts: step.attempt,
      duration_ms: step.durationMs ?? 0,
      ...(step.error ? { error: step.error } : {}),
    }
  }
  return {
    status: view.status,
    outputs: view.outputs && 'value' in view.outputs ? view.outputs.value : {},
    steps,
    ...(view.error ? { error: view.error } : {}),
    problems: [],
  }
}
