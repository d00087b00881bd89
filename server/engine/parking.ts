import type { Answer, Wait } from '#pipeline/events.ts'
import type { NodeState } from './core/core.ts'
import type { RunHost } from './run-host.ts'

interface Parked {
  node: NodeState
  attempt: number
  wait: Wait
  stopTimer: (() => void) | null
}

/** The steps of one run that wait for a time, an event or a person. */
export class Parking {
  readonly #host: RunHost
  readonly #parked = new Map<string, Parked>()

  constructor(host: RunHost) {
    this.#host = host
  }

  /** Whether any step waits here. */
  get isEmpty(): boolean {
    return this.#parked.size === 0
  }

  /** When the first of the waits is over, in epoch milliseconds; null when none has a time. */
  get wakeAt(): number | null {
    let first: number | null = null
    for (const { wait } of this.#parked.values()) {
      if (wait.until !== undefined && (first === null || wait.until < first)) first = wait.until
    }
    return first
  }

  /** Puts a step that asked for it to rest: `step-parked`, after which the core commands to await its answer. */
  async park(node: NodeState, attempt: number, wait: Wait): Promise<void> {
    this.#host.emit({ type: 'step-parked', path: node.path, attempt, wait })
  }

  /** Waits for the answer, here as long as the run is in memory. */
  await(node: NodeState, attempt: number, wait: Wait): void {
    const parked: Parked = { node, attempt, wait, stopTimer: null }
    this.#parked.set(node.path, parked)
    if (wait.until === undefined) return
    parked.stopTimer = this.#host.environment.timers.schedule(wait.until, () => {
      this.answer(node.path, { kind: wait.kind === 'time' ? 'due' : 'timed-out', at: this.#host.environment.now() })
    })
  }

  /** Ends the wait of a step; nothing happens when none waits there. */
  answer(path: string, answer: Answer): void {
    const parked = this.#parked.get(path)
    if (!parked || this.#host.halted) return
    this.#forget(path, parked)
    this.#host.resumeStep(parked.node, parked.attempt, answer)
  }

  /** The step has ended otherwise. */
  drop(node: NodeState): void {
    const parked = this.#parked.get(node.path)
    if (parked?.node === node) this.#forget(node.path, parked)
  }

  close(): void {
    for (const [path, parked] of this.#parked) this.#forget(path, parked)
  }

  #forget(path: string, parked: Parked): void {
    parked.stopTimer?.()
    this.#parked.delete(path)
  }
}
