import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { Answer } from '#pipeline/events.ts'
import { Attempt } from './attempt.ts'
import type { NodeState } from './core/core.ts'
import type { Parking } from './parking.ts'
import type { RunHost } from './run-host.ts'
import { runStep, type StepOutcome } from './run-step.ts'
import type { Passage, StepGates } from './step-gates.ts'
import { timeoutError } from './step-result.ts'

/** How long a step that was cancelled has to end by itself. */
const defaultGraceMs = 10_000

/** The attempts of one run that are under way: each waits for its time, passes the gates, takes a place, runs, and becomes an event. */
export class StepAttempts {
  readonly #host: RunHost
  readonly #gates: StepGates
  readonly #parking: Parking
  readonly #attempts = new Map<string, Attempt>()

  constructor(host: RunHost, gates: StepGates, parking: Parking) {
    this.#host = host
    this.#gates = gates
    this.#parking = parking
  }

  /** Attempts under way, those that wait included. */
  get size(): number {
    return this.#attempts.size
  }

  /**
   * Whether an attempt is at work, or will be within this time. One that is held back by the readers of its stream is not: where
   * nothing else moves it may be begun again later.
   */
  isAnyAtWork(patienceMs: number): boolean {
    const soon = this.#host.environment.now() + patienceMs
    for (const attempt of this.#attempts.values()) if (attempt.startsAt <= soon && !this.#isHeld(attempt)) return true
    return false
  }

  #isHeld({ stream }: Attempt): boolean {
    return stream !== null && this.#host.heldStreams.has(stream)
  }

  /** When the first attempt that waits for its time begins (epoch ms); null when none is under way. */
  get nextStart(): number | null {
    let first: number | null = null
    for (const attempt of this.#attempts.values()) {
      if (!this.#isHeld(attempt)) first = Math.min(first ?? attempt.startsAt, attempt.startsAt)
    }
    return first
  }

  /** Begins an attempt at `notBefore` (epoch ms). */
  start(node: NodeState, number: number, notBefore: number): void {
    const { now, timers } = this.#host.environment
    const attempt = this.#add(node, number, notBefore)
    if (notBefore > now()) attempt.stopTimer = timers.schedule(notBefore, () => void this.#attemptStep(attempt))
    else void this.#attemptStep(attempt)
  }

  /** Goes on with a parked step: what ended its wait makes its output. It has passed the gates before. */
  resume(node: NodeState, number: number, answer: Answer): void {
    const attempt = this.#add(node, number, 0)
    // The wait is a part of it.
    attempt.beganAt = performance.now() - Math.max(0, this.#host.environment.now() - node.startedAt)
    void this.#takePlace(attempt, answer)
  }

  /** Ends the attempt of a step without an event. */
  drop(node: NodeState, message: string): void {
    const attempt = this.#attempts.get(node.path)
    if (attempt?.node !== node) return
    this.#attempts.delete(node.path)
    attempt.abort(new OrchestratorError('step-cancelled', message))
  }

  /**
   * Ends the attempt of a step with an event: at once when its own code has not begun, else when that has ended after its
   * signal, at the latest when the grace period is over. An output that comes by then counts: what was done is on record.
   */
  cancel(node: NodeState): void {
    const attempt = this.#attempts.get(node.path)
    if (attempt?.node !== node || attempt.beganAt === 0) {
      this.drop(node, 'the step was cancelled')
      return this.#host.emit({ type: 'step-cancelled', path: node.path })
    }
    const { timers, now, cancelGraceMs = defaultGraceMs } = this.#host.environment
    attempt.cancelling = true
    attempt.stopTimer?.()
    attempt.stopTimer = timers.schedule(now() + cancelGraceMs, () => this.#cancelled(attempt))
    attempt.controller.abort(new OrchestratorError('step-cancelled', 'the step was cancelled'))
  }

  /** Ends what is in its grace period at once. */
  endGrace(): void {
    for (const attempt of [...this.#attempts.values()]) if (attempt.cancelling) this.#cancelled(attempt)
  }

  #cancelled(attempt: Attempt): void {
    if (attempt.over) return
    this.#close(attempt)
    this.#host.emit({ type: 'step-cancelled', path: attempt.node.path })
  }

  /** Ends all of them without events. */
  dropAll(reason: Error): void {
    for (const attempt of this.#attempts.values()) attempt.abort(reason)
    this.#attempts.clear()
  }

  /** Readers of streams have moved: steps that were held back for them may go on. */
  moveStreams(): void {
    for (const stream of this.#host.heldStreams) stream.moved()
  }

  #add(node: NodeState, number: number, startsAt: number): Attempt {
    // A run that goes on after a pause commands what had not begun once more.
    this.#attempts.get(node.path)?.abort(new Error('the step is started anew'))
    const attempt = new Attempt(node, number, startsAt)
    this.#attempts.set(node.path, attempt)
    return attempt
  }

  /** Never rejects: whatever is thrown becomes an event, or the end of our hold on the run. */
  async #attemptStep(attempt: Attempt): Promise<void> {
    if (attempt.over) return
    const { node, number, controller } = attempt
    // Gates come first: an attempt that waits at one takes no place from others.
    const passing = this.#gates.pass(node, number, controller.signal)
    const passage = passing instanceof Promise ? await passing : passing
    if (!attempt.over && passage.decision === 'go') await this.#takePlace(attempt)
    else if (!attempt.over) this.#turnAway(attempt, passage.decision)
    passage.leave()
  }

  #turnAway(attempt: Attempt, decision: Passage['decision']): void {
    this.#close(attempt)
    if (decision === 'go') return
    // Nothing may be left to do for the run but to rest.
    if (decision.kind === 'hold') return this.#host.hold()()
    const { node, number } = attempt
    if (decision.kind === 'fail') return this.#host.failStep(node, number, decision.error, 0)
    if (decision.kind === 'record') {
      for (const event of decision.events) this.#host.emit(event)
      return
    }
    const { output, ports, reused } = decision
    this.#host.emit({ type: 'step-succeeded', path: node.path, attempt: number, output, ports, durationMs: 0, reused })
  }

  async #takePlace(attempt: Attempt, answer?: Answer): Promise<void> {
    const { limiter, pacer } = this.#host.environment
    const waiting = limiter.acquire(attempt.controller.signal, attempt.node.step.priority)
    if (waiting && !(await waiting)) return
    try {
      const pause = pacer.pause()
      if (pause) await pause
      const room = this.#host.room()
      if (room) await room
      if (attempt.over) return
      // Paused while it waited for its place: what has not begun does not begin.
      if (this.#host.state.paused && !answer && attempt.node.status !== 'running') {
        return this.#turnAway(attempt, { kind: 'hold' })
      }
      await this.#carryOut(attempt, answer)
    } finally {
      limiter.release()
    }
  }

  async #carryOut(attempt: Attempt, answer: Answer | undefined): Promise<void> {
    try {
      const outcome = await runStep(this.#host, attempt, {
        ...(answer ? { answer } : {}),
        onStarted: (inputs) => this.#started(attempt, inputs, answer !== undefined),
      })
      if (!attempt.over) this.#succeed(attempt, outcome)
    } catch (error) {
      if (attempt.cancelling) return this.#cancelled(attempt)
      if (attempt.over) return
      this.#close(attempt)
      this.#host.failStep(attempt.node, attempt.number, error, attempt.durationMs, attempt)
    }
  }

  #started(attempt: Attempt, inputs: JsonValue | undefined, isResumed: boolean): void {
    const { node, number } = attempt
    const { environment } = this.#host
    if (!isResumed) {
      const shown = inputs === undefined ? {} : { inputs }
      this.#host.emit({ type: 'step-started', path: node.path, attempt: number, ...shown })
    }
    const { timeoutMs } = node.step
    // A container's time covers its items: see set-deadline.
    if (timeoutMs === null || (node.step.container && !node.fallback)) return
    attempt.stopTimer = environment.timers.schedule(environment.now() + timeoutMs, () => this.#timeOut(attempt))
  }

  #timeOut(attempt: Attempt): void {
    if (attempt.over) return
    const error = timeoutError(attempt.node.step)
    this.#close(attempt)
    this.#host.failStep(attempt.node, attempt.number, error, attempt.durationMs, attempt)
    attempt.controller.abort(error)
  }

  #succeed(attempt: Attempt, outcome: StepOutcome): void {
    if (outcome.kind === 'abandoned') return
    // Nothing begins any more: no body is entered and nothing waits.
    if (attempt.cancelling && (outcome.kind === 'park' || outcome.event.type !== 'step-succeeded')) {
      return this.#cancelled(attempt)
    }
    this.#close(attempt)
    if (outcome.kind === 'park') return this.#park(attempt, outcome)
    this.#host.counters.spend(outcome.usage)
    this.#host.emit(outcome.event)
  }

  #park({ node, number }: Attempt, { wait }: Extract<StepOutcome, { kind: 'park' }>): void {
    const release = this.#host.hold()
    this.#parking
      .park(node, number, wait)
      .catch((error: unknown) => this.#host.failStep(node, number, error, 0))
      .finally(release)
  }

  #close(attempt: Attempt): void {
    attempt.end()
    if (this.#attempts.get(attempt.node.path) === attempt) this.#attempts.delete(attempt.node.path)
  }
}
