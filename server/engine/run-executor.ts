import type { RunEvent } from '#pipeline/events.ts'
import { answerSignal } from './answer-signal.ts'
import type { AttemptTrace } from './attempt.ts'
import { collectContainer } from './containers/collect-container.ts'
import { finishBodyRun } from './containers/finish-body-run.ts'
import type { ControlSignal } from './control-signal.ts'
import { type Command, decide, isOvertaken, type NodeState, pendingCommands } from './core/core.ts'
import { endOfRun } from './end-of-run.ts'
import type { ExecutorEnvironment, RunEnding, RunTask } from './executor-types.ts'
import { failNode } from './fail-step.ts'
import { Parking } from './parking.ts'
import { Redactor } from './redactor.ts'
import { RunCounters } from './run-counters.ts'
import { runGates } from './run-gates.ts'
import type { RunHost } from './run-host.ts'
import { watchDeadline } from './run-limits.ts'
import { RunLog } from './run-log.ts'
import { restOf } from './run-rest.ts'
import type { GivenSignal } from './signal-intake.ts'
import { StepAttempts } from './step-attempts.ts'
import { StepGates } from './step-gates.ts'
import { isRetryable, isRetryableInfo, stepErrorInfo, timeoutError } from './step-result.ts'

/**
 * Carries out one run: turns commands of the scheduler into work, and what comes of it into events. Every event goes through
 * `decide` at once and to the journal in batches; only steps with effects wait for the disk (see `runStep`).
 *
 * What it is made of: `StepAttempts` (attempts under way, behind the `runGates`), `containers/` (results of bodies),
 * `Parking` (steps that wait), `RunLog` (the journal), all of which see it as a `RunHost`.
 */
export class RunExecutor {
  readonly #task: RunTask
  readonly #environment: ExecutorEnvironment
  readonly #host: RunHost
  readonly #log: RunLog
  readonly #gates: StepGates
  readonly #attempts: StepAttempts
  readonly #parking: Parking
  readonly #commands: Command[] = []
  #draining = false
  /** Pieces of work that are no attempts, see `RunHost.hold`. */
  #held = 0
  #halted = false
  #stopDeadline = (): void => {}
  readonly #ending = Promise.withResolvers<RunEnding>()

  constructor(task: RunTask, environment: ExecutorEnvironment) {
    this.#task = task
    this.#environment = environment
    const counters = new RunCounters(task.counts, environment.now())
    this.#log = new RunLog(task, counters, environment.now, (cause) => this.#lose(cause))
    this.#host = this.#createHost(counters)
    this.#parking = new Parking(this.#host)
    this.#gates = new StepGates(this.#host, runGates)
    this.#attempts = new StepAttempts(this.#host, this.#gates, this.#parking)
  }

  #createHost(counters: RunCounters): RunHost {
    const isHalted = (): boolean => this.#halted
    return {
      task: this.#task,
      environment: this.#environment,
      state: this.#task.state,
      redactor: new Redactor(),
      counters,
      heldStreams: new Set(),
      waits: new Set(),
      get halted() {
        return isHalted()
      },
      emit: (event) => this.#emit(event),
      alongside: (change) => this.#log.alongside(change),
      durable: () => this.#log.durable(),
      room: () => this.#log.room(),
      failStep: (node, attempt, error, durationMs, trace) => this.#failStep(node, attempt, error, durationMs, trace),
      restart: (node) => this.#carryOut([{ kind: 'start-step', node, attempt: node.attempt, notBefore: 0 }]),
      resumeStep: (node, attempt, answer) => this.#attempts.resume(node, attempt, answer),
      hold: () => this.#hold(),
    }
  }

  /**
   * Starts or resumes the run, or begins with its cancellation when somebody asked for that, and with what was said to it
   * while nobody held it. Resolves when the run has ended
   * and that is durable, when it rests (see `RunEnding`), or when it had to be given up. Never rejects.
   */
  run(cancelledBy: string | null = null, signals: readonly GivenSignal[] = []): Promise<RunEnding> {
    const { state, inputs, startedAt, options } = this.#task
    const source = options?.reuse ? { source: options.reuse.runId } : {}
    if (state.status === 'new') this.#record({ type: 'run-started', inputs, ...source }, startedAt)
    else if (state.status === 'ended') this.#end({ kind: 'ended' })
    else this.#commands.push(...pendingCommands(state))
    // The journal's clock is read a moment later than ours: names must not see the difference.
    state.startedAt = startedAt
    this.#stopDeadline = watchDeadline(this.#host)
    const release = this.#hold()
    if (cancelledBy === null) this.#drain()
    else this.cancel(cancelledBy)
    for (const { id, signal } of signals) this.signal(signal, id)
    release()
    return this.#ending.promise
  }

  /** Stops the run for good: what is in flight is aborted, what has not begun is skipped. */
  cancel(by: string): void {
    this.signal({ kind: 'cancel', by })
  }

  /** Tells the run something from outside. A signal that does not fit any more (its wait is over) changes nothing. */
  signal(signal: ControlSignal | null, id?: string): void {
    if (this.#halted) return
    // Who cancels once more does not want to wait.
    if (signal?.kind === 'cancel' && this.#task.state.cancelled) this.#attempts.endGrace()
    answerSignal(this.#host, this.#parking, signal, id)
  }

  /** Gives the run back as it is, for another worker or a later start. Its steps in flight are aborted and will run again. */
  async stop(): Promise<void> {
    if (!this.#halted) {
      this.#halt(new Error('the worker is closing'))
      await this.#log.durable().catch(() => {})
    }
    this.#end({ kind: 'stopped' })
    await this.#ending.promise
  }

  /** Whether all that is left to do waits for a place at a shared limit. */
  get isHeld(): boolean {
    const { waits } = this.#host
    return waits.size > 0 && this.#held === 0 && waits.size === this.#attempts.size
  }

  #end(ending: RunEnding): void {
    this.#halted = true
    this.#stopDeadline()
    this.#ending.resolve(ending)
  }

  #halt(reason: Error): void {
    this.#halted = true
    this.#attempts.dropAll(reason)
    this.#parking.close()
  }

  #lose(cause: unknown): void {
    if (this.#halted) return
    this.#halt(new Error('the run is no longer ours', { cause }))
    this.#end({ kind: 'lost', cause })
  }

  #emit(event: RunEvent): void {
    if (this.#halted) return
    this.#record(event)
    this.#drain()
  }

  /** The commands that follow wait for `#drain`. */
  #record(event: RunEvent, at = this.#environment.now()): void {
    this.#log.add(event)
    this.#parking.saw(event)
    const [, commands] = decide(this.#task.state, { at, event })
    for (const command of commands) this.#commands.push(command)
    this.#host.counters.count(event)
    this.#gates.saw(event)
    this.#task.onEvent?.(event, at)
  }

  #carryOut(commands: readonly Command[]): void {
    if (this.#halted) return
    this.#commands.push(...commands)
    this.#drain()
  }

  #drain(): void {
    if (this.#draining) return
    this.#draining = true
    let next = 0
    for (; next < this.#commands.length && !this.#halted; next += 1) this.#act(this.#commands[next]!)
    this.#commands.length = 0
    this.#draining = false
    this.#attempts.moveStreams()
    if (this.#task.state.paused) for (const callOff of this.#host.waits) callOff()
    this.#restWhenIdle()
  }

  #act(command: Command): void {
    if (isOvertaken(this.#task.state, command)) return
    switch (command.kind) {
      case 'start-step':
        return this.#attempts.start(command.node, command.attempt, command.notBefore)
      case 'skip-step':
        this.#drop(command.node, 'the step is skipped')
        return this.#emit({ type: 'step-skipped', path: command.node.path, reason: command.reason })
      case 'cancel-step':
        return this.#attempts.cancel(command.node)
      case 'await-answer':
        return this.#parking.await(command.node, command.attempt, command.wait)
      case 'set-deadline':
        return this.#setDeadline(command)
      case 'finish-item':
        return finishBodyRun(this.#host, command)
      case 'collect':
        return collectContainer(this.#host, command)
      case 'fail-step':
        return this.#failContainer(command)
      case 'stream-moved':
        // Looked at below, after everything that may have moved a reader.
        return
      case 'run-parts':
      case 'cancel-parts':
        return this.#environment.parts?.[command.kind](this.#host, command.node, command.attempt)
      case 'finish-run':
        void this.#finishRun(command.outcome)
    }
  }

  #drop(node: NodeState, message: string): void {
    this.#attempts.drop(node, message)
  }

  #failStep(node: NodeState, attempt: number, error: unknown, durationMs: number, trace?: AttemptTrace): void {
    const retryable = isRetryable(error)
    if (trace) this.#host.counters.spend(trace.usage)
    failNode(this.#host, { node, attempt, error: stepErrorInfo(error, node.path), retryable, durationMs, trace })
  }

  #failContainer({ node, attempt, error }: Extract<Command, { kind: 'fail-step' }>): void {
    const durationMs = Math.max(0, this.#environment.now() - node.startedAt)
    failNode(this.#host, { node, attempt, error, retryable: isRetryableInfo(error), durationMs })
  }

  #setDeadline(command: Extract<Command, { kind: 'set-deadline' }>): void {
    const { node, attempt, at } = command
    this.#environment.timers.schedule(at, () => {
      if (this.#halted || isOvertaken(this.#task.state, command)) return
      const error = stepErrorInfo(timeoutError(node.step), node.path)
      this.#emit({ type: 'step-failing', path: node.path, attempt, error })
    })
  }

  #hold(): () => void {
    this.#held += 1
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#held -= 1
      this.#restWhenIdle()
    }
  }

  /** Ends our part when nothing is left to do but to wait: for people, events, far-off times or the end of a pause. */
  #restWhenIdle(): void {
    if (this.#halted || this.#draining || this.#held > 0) return
    const rest = restOf(this.#host, this.#attempts, this.#parking)
    if (!rest) return
    this.#halt(new Error('the run rests'))
    this.#log.flush(this.#host.counters.change)
    this.#log.durable().then(
      () => this.#end(rest),
      (cause: unknown) => this.#end({ kind: 'lost', cause }),
    )
  }

  async #finishRun(outcome: 'succeeded' | 'failed' | 'cancelled'): Promise<void> {
    const release = this.#hold()
    const { event, change } = await endOfRun(this.#host, outcome)
    if (this.#halted) return
    this.#record(event)
    this.#log.flush({ ...this.#host.counters.change, ...change, finishedAt: this.#environment.now() })
    await this.#log.durable().then(
      () => this.#end({ kind: 'ended' }),
      (cause: unknown) => this.#lose(cause),
    )
    release()
  }
}
