import type { JsonValue, PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { Answer, JournalEntry, RunEvent, StoredValue, Wait } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import type { StepDelta } from '#server/steps/define-step.ts'
import { compile, initialState } from './core/core.ts'
import type { StepRegistry, StepServices } from './engine-types.ts'
import type { ExecutorEnvironment } from './executor-types.ts'
import { Limiter } from './limiter.ts'
import { createMemoryLimits } from './limits/limits.ts'
import { Pacer } from './pacer.ts'
import { Until } from './reuse/until.ts'
import { RunExecutor } from './run-executor.ts'
import { type RunReport, RunReportWriter } from './run-report.ts'
import { createStepCache } from './step-cache.ts'
import { Timers } from './timers.ts'
import { inlineValueStore } from './value-store.ts'

export interface RunInMemoryOptions {
  document: PipelineDocument
  /** The pipelines it calls, directly or not, by call key. */
  calls?: Record<string, PipelineDocument>
  inputs: Record<string, JsonValue>
  steps: StepRegistry
  services: StepServices
  /** Cancels the run. */
  signal?: AbortSignal
  /** How it differs from a plain run. */
  options?: Pick<RunOptions, 'until' | 'breakpoints' | 'stepThrough'>
  /** Asked when the run pauses, and again after each edit: how it goes on. What it rejects with cancels the run. */
  whenPaused?(pause: { path: string | null }): Promise<PauseAnswer>
  /**
   * Asked when a step waits for an event or a person; null: nobody will answer before its time is over. What it throws at once
   * is the step's failure; what it rejects with cancels the run.
   */
  answer?(question: Question): Promise<Answer> | null
  onEvent?(entry: JournalEntry): void
  onDelta?(path: string, attempt: number, delta: StepDelta): void
}

/** What may be said to a run that is paused. */
export type PauseAnswer =
  | { kind: 'resume'; mode: 'continue' | 'step' }
  | { kind: 'edit'; path: string; output: StoredValue }
  | { kind: 'cancel' }

/** A step that waits for an event or a person; the signal aborts when it waits no more. */
export interface Question {
  path: string
  wait: Wait
  signal: AbortSignal
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
  const report = new RunReportWriter()
  let seq = 0
  const asked = new Map<string, AbortController>()
  const executor = new RunExecutor(
    {
      runId: newId(),
      workspaceId: 'local',
      plan,
      state: initialState(plan),
      inputs: options.inputs,
      startedAt: Date.now(),
      services: options.services,
      ...(options.options && { options: options.options }),
      ...(options.options?.until && { until: new Until(plan, options.options.until) }),
      journal: { append: async () => undefined },
      onDelta: (path, attempt, delta) => options.onDelta?.(path, attempt, delta),
      waits: {
        async open(path, _attempt, wait) {
          const id = newId()
          const over = new AbortController()
          asked.set(path, over)
          options.answer?.({ path, wait, signal: over.signal })?.then(
            (answer) => executor.signal({ kind: 'answer', path, wait: id, answer }),
            () => cancel(),
          )
          return { id, answer: null }
        },
        expire: async (_waitId, answer) => answer,
      },
      onEvent(event, at) {
        if ('path' in event && event.path !== undefined && endsQuestion(event)) {
          asked.get(event.path)?.abort()
          asked.delete(event.path)
        }
        seq += 1
        report.add(event)
        options.onEvent?.({ seq, at, event })
        if (event.type === 'run-paused') setImmediate(() => void askHowToGoOn(event.path ?? null))
      },
    },
    environment,
  )
  const cancel = (): void => executor.cancel('cli')
  async function askHowToGoOn(path: string | null): Promise<void> {
    try {
      for (let answer: PauseAnswer | null = null; answer?.kind !== 'resume' && answer?.kind !== 'cancel';) {
        answer = (await options.whenPaused?.({ path })) ?? { kind: 'resume', mode: 'continue' }
        executor.signal({ ...answer, by: 'cli' })
      }
    } catch {
      cancel()
    }
  }
  options.signal?.addEventListener('abort', cancel, { once: true })
  try {
    const running = executor.run()
    if (options.signal?.aborted) cancel()
    const ending = await running
    if (ending.kind === 'lost') throw new OrchestratorError('internal', 'the run was given up', { cause: ending.cause })
    return report.report(document)
  } finally {
    options.signal?.removeEventListener('abort', cancel)
    timers.close()
  }
}

const endsQuestion = ({ type }: RunEvent): boolean =>
  type === 'step-succeeded' || type === 'step-failed' || type === 'step-retried' || type === 'step-cancelled'
