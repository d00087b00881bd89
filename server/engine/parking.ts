import { OrchestratorError } from '#pipeline/errors.ts'
import type { Answer, RunEvent, Wait } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import { findNode, type NodeState } from './core/core.ts'
import type { RunHost } from './run-host.ts'
import { timeoutError } from './step-result.ts'

interface Parked {
  node: NodeState
  attempt: number
  wait: Wait
  stopTimer: (() => void) | null
  /** What ended it is known, and its step goes on. */
  answered: boolean
}

/** What is asked of people is read by people. */
const longestDetails = 256_000

/** The steps of one run that wait for a time, an event or a person. */
export class Parking {
  readonly #host: RunHost
  /** By path, until the step has gone on and its event says so. */
  readonly #parked = new Map<string, Parked>()
  /** Steps whose waits are being put on record: they may be answered before we know. */
  #opening = 0
  /** Answers by wait that came while waits were put on record, with the id of their signal. */
  readonly #early = new Map<string, { answer: Answer; signal: string | undefined }>()

  constructor(host: RunHost) {
    this.#host = host
  }

  /** Whether nothing waits here. */
  get isEmpty(): boolean {
    return this.#parked.size === 0
  }

  /** When the first of the waits is over, in epoch milliseconds; null when none has a time. */
  get wakeAt(): number | null {
    let first: number | null = null
    for (const parked of this.#parked.values()) {
      const end = endOf(parked)
      if (end !== null && (first === null || end < first)) first = end
    }
    return first
  }

  /**
   * Puts a step that asked for it to rest: on record first, so that it can be found and answered, then `step-parked`, after
   * which the core commands to await its answer. Throws `invalid-config` for a question that is too long.
   */
  async park(node: NodeState, attempt: number, asked: Wait): Promise<void> {
    const { task, redactor } = this.#host
    const wait = redactor.value(asked)
    const length = JSON.stringify(wait.details ?? null).length
    if (length > longestDetails) {
      throw new OrchestratorError(
        'invalid-config',
        `what is asked has ${length} characters, more than people can read`,
        {
          fix: `Ask with at most ${longestDetails} characters: show a part, or where to find the rest.`,
          retryable: false,
        },
      )
    }
    const { path } = node
    // Nobody ends a wait for a time from outside.
    if (!task.waits || wait.kind === 'time') return this.#parkAs(node, attempt, { ...wait, id: newId() })
    this.#opening += 1
    try {
      const { id, answer } = await task.waits.open(path, attempt, wait)
      if (answer) this.#early.set(id, { answer, signal: undefined })
      this.#parkAs(node, attempt, { ...wait, id })
    } finally {
      this.#opening -= 1
      if (this.#opening === 0) this.#forgetEarly()
    }
  }

  #parkAs(node: NodeState, attempt: number, wait: Wait): void {
    if (this.#host.halted) return
    // The step was cancelled or ran out of time while its wait was put on record.
    if (node.status !== 'running' || node.attempt !== attempt || node.ending !== null) {
      return this.#host.alongside({ waitsOver: [wait.id!] })
    }
    this.#host.emit({ type: 'step-parked', path: node.path, attempt, wait })
  }

  /** Answers that were for no wait of ours after all. */
  #forgetEarly(): void {
    const signalsTaken = [...this.#early.values()].flatMap(({ signal }) => signal ?? [])
    this.#early.clear()
    if (signalsTaken.length > 0 && !this.#host.halted) this.#host.alongside({ signalsTaken })
  }

  /** Waits for the answer, here as long as the run is in memory. */
  await(node: NodeState, attempt: number, wait: Wait): void {
    this.#forget(node.path)
    const parked: Parked = { node, attempt, wait, stopTimer: null, answered: false }
    this.#parked.set(node.path, parked)
    const early = this.#early.get(wait.id ?? '')
    if (early) {
      this.#early.delete(wait.id!)
      return this.#resume(parked, early.answer)
    }
    const end = endOf(parked)
    if (end !== null) parked.stopTimer = this.#host.environment.timers.schedule(end, () => this.#timeOut(parked))
  }

  /** Ends a wait from outside; false when it is over, or another one by now. `signal`: the id of its signal. */
  answer(path: string, waitId: string, answer: Answer, signal?: string): boolean {
    if (this.#host.halted) return false
    const parked = this.#parked.get(path)
    if (parked?.wait.id === waitId) {
      if (!parked.answered) this.#resume(parked, answer)
      return true
    }
    if (this.#opening === 0) return false
    this.#early.set(waitId, { answer, signal })
    return true
  }

  /** Sees every event of the run before the state does: one that ends a wait takes its row and its answer along. */
  saw(event: RunEvent): void {
    if (!endsWait(event)) return
    const node = findNode(this.#host.state, event.path)
    if (node?.status !== 'parked' || !node.wait) return
    this.#forget(event.path)
    if (node.wait.kind !== 'time') this.#host.alongside({ waitsOver: [node.wait.id!] })
  }

  close(): void {
    for (const path of this.#parked.keys()) this.#forget(path)
  }

  /** Its time has come: that is its end, unless somebody answered before. */
  #timeOut(parked: Parked): void {
    const { node, attempt, wait } = parked
    if (this.#host.halted || parked.answered || this.#parked.get(node.path) !== parked) return
    const at = this.#host.environment.now()
    const isStepTimeout = endOf(parked) !== wait.until
    const { waits } = this.#host.task
    if (wait.kind === 'time' || !waits) {
      if (isStepTimeout) return this.#host.failStep(node, attempt, timeoutError(node.step), node.step.timeoutMs!)
      return this.#resume(parked, { kind: wait.kind === 'time' ? 'due' : 'timed-out', at })
    }
    const release = this.#host.hold()
    waits
      .expire(wait.id!, { kind: 'timed-out', at })
      .then((answer) => {
        if (parked.answered || this.#host.halted || this.#parked.get(node.path) !== parked) return
        if (answer.kind !== 'timed-out' || !isStepTimeout) this.#resume(parked, answer)
        else this.#host.failStep(node, attempt, timeoutError(node.step), node.step.timeoutMs!)
      })
      // The database is away: an answer cannot come either, so the time is looked at again in a while.
      .catch(() => {
        parked.stopTimer = this.#host.environment.timers.schedule(at + 1_000, () => this.#timeOut(parked))
      })
      .finally(release)
  }

  #resume(parked: Parked, answer: Answer): void {
    parked.answered = true
    parked.stopTimer?.()
    this.#host.resumeStep(parked.node, parked.attempt, answer)
  }

  #forget(path: string): void {
    this.#parked.get(path)?.stopTimer?.()
    this.#parked.delete(path)
  }
}

/** When a wait ends by itself: at its own time, or when the step is out of time as its policy says. */
function endOf({ node, wait }: Parked): number | null {
  const { timeoutMs } = node.step
  const limit = timeoutMs === null ? null : node.startedAt + timeoutMs
  if (wait.until === undefined || limit === null) return wait.until ?? limit
  return Math.min(wait.until, limit)
}

const endings = ['step-succeeded', 'step-failed', 'step-retried', 'step-skipped', 'step-cancelled'] as const
type EndingEvent = Extract<RunEvent, { type: (typeof endings)[number] }>
const endsWait = (event: RunEvent): event is EndingEvent => endings.includes(event.type as EndingEvent['type'])
