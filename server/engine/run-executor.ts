import { type ErrorInfo, OrchestratorError } from '#pipeline/errors.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { RunEvent, StoredValue } from '#pipeline/events.ts'
import { Attempt } from './attempt.ts'
import { type Command, decide, failureEvent, isOvertaken, type NodeState, pendingCommands } from './core/core.ts'
import { endOfRun } from './end-of-run.ts'
import type { ExecutorEnvironment, RunEnding, RunTask } from './executor-types.ts'
import type { RunChange } from './journal-types.ts'
import { Redactor } from './redactor.ts'
import { collectItems, itemResult } from './results.ts'
import { RunCounters } from './run-counters.ts'
import { runStep, type StepOutcome } from './run-step.ts'
import { isRetryable, stepErrorInfo, timeoutError } from './step-result.ts'
import { sumUsage } from './sum-usage.ts'

/**
 * Carries out one run: turns commands of the scheduler into work, and what comes of it into events. Every event goes through
 * `decide` at once and to the journal in batches; only steps with effects wait for the disk (see `runStep`).
 */
export class RunExecutor {
  readonly #task: RunTask
  readonly #environment: ExecutorEnvironment
  readonly #redactor = new Redactor()
  readonly #attempts = new Map<string, Attempt>()
  readonly #commands: Command[] = []
  #draining = false
  /** Events that `decide` knows and the journal does not yet. */
  #unwritten: RunEvent[] = []
  #flushing: NodeJS.Immediate | null = null
  /** The last append; earlier ones are durable when it is. */
  #durable: Promise<unknown> = Promise.resolve()
  readonly #counters: RunCounters
  #halted = false
  readonly #ending = Promise.withResolvers<RunEnding>()

  constructor(task: RunTask, environment: ExecutorEnvironment) {
    this.#task = task
    this.#environment = environment
    this.#counters = new RunCounters(task.counts, environment.now())
  }

  /**
   * Starts or resumes the run, or begins with its cancellation when somebody asked for that. Resolves when the run has ended
   * and that is durable, or when it had to be given up. Never rejects.
   */
  run(cancelledBy: string | null = null): Promise<RunEnding> {
    const { state, inputs, startedAt } = this.#task
    if (state.status === 'new') this.#emit({ type: 'run-started', inputs }, startedAt)
    else if (state.status === 'ended') this.#end({ kind: 'ended' })
    else this.#commands.push(...pendingCommands(state))
    // The journal's clock is read a moment later than ours: names must not see the difference.
    state.startedAt = startedAt
    if (cancelledBy === null) this.#drain()
    else this.cancel(cancelledBy)
    return this.#ending.promise
  }

  /** Stops the run for good: what is in flight is aborted, what has not begun is skipped. */
  cancel(by: string): void {
    if (this.#halted) return
    this.#emit({ type: 'cancel-requested', by })
    this.#drain()
  }

  /** Gives the run back as it is, for another worker or a later start. Its steps in flight are aborted and will run again. */
  async stop(): Promise<void> {
    if (!this.#halted) {
      this.#halt(new Error('the worker is closing'))
      this.#flush()
      await this.#durable.catch(() => {})
    }
    this.#end({ kind: 'stopped' })
    await this.#ending.promise
  }

  #end(ending: RunEnding): void {
    this.#halted = true
    this.#ending.resolve(ending)
  }

  #halt(reason: Error): void {
    this.#halted = true
    for (const attempt of this.#attempts.values()) attempt.abort(reason)
    this.#attempts.clear()
  }

  #lose(cause: unknown): void {
    if (this.#halted) return
    this.#halt(new Error('the run is no longer ours', { cause }))
    this.#end({ kind: 'lost', cause })
  }

  #emit(event: RunEvent, at = this.#environment.now()): void {
    this.#unwritten.push(event)
    this.#flushing ??= setImmediate(() => this.#flush())
    const [, commands] = decide(this.#task.state, { at, event })
    for (const command of commands) this.#commands.push(command)
    this.#counters.count(event)
    this.#task.onEvent?.(event, at)
  }

  #flush(change?: RunChange): void {
    if (this.#flushing) clearImmediate(this.#flushing)
    this.#flushing = null
    const events = this.#unwritten
    if (events.length === 0 && !change) return
    this.#unwritten = []
    this.#durable = this.#task.journal.append(events, change ?? this.#changeDue(events))
    this.#durable.catch((cause: unknown) => this.#lose(cause))
  }

  /** What of the run's row is worth writing along with these events. */
  #changeDue(events: readonly RunEvent[]): RunChange | undefined {
    if (events[0]?.type === 'run-started') return { status: 'running', startedAt: this.#task.state.startedAt }
    return this.#counters.changeDue(this.#environment.now())
  }

  #drain(): void {
    if (this.#draining) return
    this.#draining = true
    let next = 0
    for (; next < this.#commands.length && !this.#halted; next += 1) this.#act(this.#commands[next]!)
    this.#commands.length = 0
    this.#draining = false
  }

  #act(command: Command): void {
    if (isOvertaken(this.#task.state, command)) return
    switch (command.kind) {
      case 'start-step':
        return this.#startStep(command.node, command.attempt, command.notBefore)
      case 'skip-step':
        this.#dropAttempt(command.node, 'the step is skipped')
        return this.#emit({ type: 'step-skipped', path: command.node.path, reason: command.reason })
      case 'cancel-step':
        this.#dropAttempt(command.node, 'the step was cancelled')
        return this.#emit({ type: 'step-cancelled', path: command.node.path })
      case 'set-deadline':
        return this.#setDeadline(command)
      case 'finish-item':
        return this.#finishItem(command)
      case 'collect':
        return this.#collect(command)
      case 'finish-run':
        void this.#finishRun(command.outcome)
    }
  }

  #dropAttempt(node: NodeState, message: string): void {
    const attempt = this.#attempts.get(node.path)
    if (attempt?.node !== node) return
    this.#attempts.delete(node.path)
    attempt.abort(new OrchestratorError('step-cancelled', message))
  }

  #startStep(node: NodeState, number: number, notBefore: number): void {
    const attempt = new Attempt(node, number)
    this.#attempts.set(node.path, attempt)
    if (notBefore > this.#environment.now()) {
      attempt.stopTimer = this.#environment.timers.schedule(notBefore, () => this.#launch(attempt))
    } else {
      this.#launch(attempt)
    }
  }

  #launch(attempt: Attempt): void {
    if (attempt.over) return
    void this.#attemptStep(attempt)
  }

  /** Never rejects: whatever is thrown becomes an event, or the end of our hold on the run. */
  async #attemptStep(attempt: Attempt): Promise<void> {
    const { limiter } = this.#environment
    const waiting = limiter.acquire(attempt.controller.signal)
    if (waiting && !(await waiting)) return
    try {
      const pause = this.#environment.pacer.pause()
      if (pause) await pause
      if (attempt.over) return
      const outcome = await runStep(
        {
          task: this.#task,
          environment: this.#environment,
          state: this.#task.state,
          redactor: this.#redactor,
          onStarted: (inputs) => this.#started(attempt, inputs),
          durable: () => this.#whenDurable(),
        },
        attempt,
      )
      if (!attempt.over) this.#succeed(attempt, outcome)
    } catch (error) {
      if (!attempt.over) this.#fail(attempt, error)
    } finally {
      limiter.release()
    }
  }

  async #whenDurable(): Promise<void> {
    this.#flush()
    await this.#durable
  }

  #started(attempt: Attempt, inputs: JsonValue | undefined): void {
    const { node, number } = attempt
    this.#emit({
      type: 'step-started',
      path: node.path,
      attempt: number,
      ...(inputs === undefined ? {} : { inputs }),
    })
    const { timeoutMs } = node.step
    // A container's time covers its items: see set-deadline.
    if (timeoutMs === null || node.step.body) return
    attempt.stopTimer = this.#environment.timers.schedule(this.#environment.now() + timeoutMs, () => {
      this.#timeOut(attempt)
    })
  }

  #timeOut(attempt: Attempt): void {
    if (attempt.over) return
    const error = timeoutError(attempt.node.step)
    this.#fail(attempt, error)
    attempt.controller.abort(error)
  }

  #succeed(attempt: Attempt, outcome: StepOutcome): void {
    const { node, number, durationMs } = attempt
    const { path } = node
    if (outcome.kind === 'abandoned') return
    this.#close(attempt)
    if (outcome.kind === 'expand') {
      const { items, count, concurrency } = outcome
      this.#emit({ type: 'map-expanded', path, items, count, concurrency })
    } else {
      const { output, ports, cached, usage } = outcome
      this.#counters.spend(usage)
      this.#emit({
        type: 'step-succeeded',
        path,
        attempt: number,
        output,
        ports,
        durationMs,
        ...(cached ? { cached } : {}),
        ...(usage.length > 0 ? { usage: sumUsage(usage) } : {}),
      })
    }
    this.#drain()
  }

  #fail(attempt: Attempt, error: unknown): void {
    const { node, number, durationMs } = attempt
    this.#close(attempt)
    this.#failNode(node, number, error, durationMs)
  }

  #failNode(node: NodeState, attempt: number, error: unknown, durationMs: number): void {
    this.#emit(
      failureEvent(node.step, {
        runId: this.#task.runId,
        path: node.path,
        attempt,
        error: this.#redactor.error(stepErrorInfo(error, node.path, attempt)),
        retryable: isRetryable(error),
        isFallback: node.fallback !== null,
        durationMs,
        at: this.#environment.now(),
      }),
    )
    this.#drain()
  }

  #close(attempt: Attempt): void {
    attempt.end()
    if (this.#attempts.get(attempt.node.path) === attempt) this.#attempts.delete(attempt.node.path)
  }

  #setDeadline(command: Extract<Command, { kind: 'set-deadline' }>): void {
    const { node, attempt, at } = command
    this.#environment.timers.schedule(at, () => {
      if (this.#halted || isOvertaken(this.#task.state, command)) return
      this.#failNode(node, attempt, timeoutError(node.step), node.step.timeoutMs!)
    })
  }

  #finishItem(command: Extract<Command, { kind: 'finish-item' }>): void {
    const { frame } = command
    const { key: path, failure } = frame
    const { state, runId } = this.#task
    const finish = (result: { output: StoredValue } | { error: ErrorInfo }): void => {
      if (this.#halted || isOvertaken(state, command)) return
      this.#emit({ type: 'item-finished', path, ...result })
      this.#drain()
    }
    if (failure) return finish({ error: failure })
    void itemResult(state, runId, frame, this.#environment.values).then(
      (output) => finish({ output }),
      (error: unknown) => finish({ error: this.#redactor.error(stepErrorInfo(error, path, 1)) }),
    )
  }

  #collect(command: Extract<Command, { kind: 'collect' }>): void {
    const { node } = command
    const { path, attempt } = node
    const { values, now } = this.#environment
    const isCurrent = (): boolean => !this.#halted && !isOvertaken(this.#task.state, command)
    const durationMs = Math.max(0, now() - node.startedAt)
    collectItems(node.map!, values)
      .then((value) => values.store(value))
      .then(
        (output) => {
          if (!isCurrent()) return
          this.#emit({ type: 'step-succeeded', path, attempt, output, ports: ['out'], durationMs })
          this.#drain()
        },
        (error: unknown) => {
          if (isCurrent()) this.#failNode(node, attempt, error, durationMs)
        },
      )
  }

  async #finishRun(outcome: 'succeeded' | 'failed' | 'cancelled'): Promise<void> {
    const { state, runId } = this.#task
    const { values, now } = this.#environment
    const { event, change } = await endOfRun(outcome, { state, runId, values, redactor: this.#redactor, now })
    if (this.#halted) return
    // A run so short that its start was not written yet still has one.
    const started = this.#unwritten[0]?.type === 'run-started' ? { startedAt: state.startedAt } : {}
    this.#emit(event)
    this.#flush({ ...this.#counters.change, ...started, ...change, finishedAt: now() })
    await this.#durable.then(
      () => this.#end({ kind: 'ended' }),
      (cause: unknown) => this.#lose(cause),
    )
  }
}
