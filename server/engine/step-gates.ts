import type { RunEvent, StoredValue } from '#pipeline/events.ts'
import type { NodeState } from './core/core.ts'
import type { RunHost } from './run-host.ts'

/**
 * What becomes of an attempt before it begins. `reuse`: the step is not carried out, this is its output; `record`: it is not
 * carried out, and these events of its path tell how it ended; `hold`: not now (the gate calls `host.restart`, or the core
 * commands the step again); `fail`: as if the step had thrown it.
 */
export type GateDecision =
  | 'go'
  | { kind: 'reuse'; output: StoredValue; ports: string[]; reused: 'run' | 'pin' }
  | { kind: 'record'; events: readonly RunEvent[] }
  | { kind: 'hold' }
  | { kind: 'fail'; error: unknown }

/** Something an attempt must pass before it begins. Made once per run. */
export interface StepGate {
  /** `signal` aborts when the attempt is dropped; what is decided then does not matter. */
  before(node: NodeState, attempt: number, signal: AbortSignal): GateDecision | Promise<GateDecision>
  /** The attempt that had passed with `go` is over, however it ended. */
  after?(node: NodeState, attempt: number): void
  /** Every fact of the run, once the state has it. */
  saw?(event: RunEvent): void
}

/** Makes the gates of a run, in the order attempts pass them; null for a run the gate has nothing to do with. */
export type GateMaker = (host: RunHost) => StepGate | null

/** The gates of one run in a row. */
export class StepGates {
  readonly #gates: StepGate[]
  readonly #watching: StepGate[]

  constructor(host: RunHost, makers: readonly GateMaker[]) {
    this.#gates = makers.flatMap((make) => make(host) ?? [])
    this.#watching = this.#gates.filter(({ saw }) => saw)
  }

  /**
   * Asks the gates one after the other until one does not say `go`. At once unless a gate takes its time. `leave` tells
   * those that were passed that the attempt is over; they are told already when the decision is not `go`.
   */
  pass(node: NodeState, attempt: number, signal: AbortSignal): Passage | Promise<Passage> {
    for (let index = 0; index < this.#gates.length; index += 1) {
      const decision = this.#gates[index]!.before(node, attempt, signal)
      if (decision instanceof Promise) return this.#passRest(index, decision, node, attempt, signal)
      if (decision !== 'go') return this.#refuse(decision, index, node, attempt)
    }
    return this.#passed(node, attempt)
  }

  async #passRest(
    from: number,
    first: Promise<GateDecision>,
    node: NodeState,
    attempt: number,
    signal: AbortSignal,
  ): Promise<Passage> {
    for (let index = from; index < this.#gates.length; index += 1) {
      try {
        const decision = await (index === from ? first : this.#gates[index]!.before(node, attempt, signal))
        if (decision !== 'go') return this.#refuse(decision, index, node, attempt)
      } catch (error) {
        return this.#refuse({ kind: 'fail', error }, index, node, attempt)
      }
    }
    return this.#passed(node, attempt)
  }

  /** Tells the gates of a fact. */
  saw(event: RunEvent): void {
    for (const gate of this.#watching) gate.saw!(event)
  }

  #passed(node: NodeState, attempt: number): Passage {
    return this.#gates.length === 0
      ? freePassage
      : { decision: 'go', leave: () => this.#leave(this.#gates.length, node, attempt) }
  }

  #refuse(decision: GateDecision, at: number, node: NodeState, attempt: number): Passage {
    this.#leave(at, node, attempt)
    return { decision, leave: () => {} }
  }

  #leave(count: number, node: NodeState, attempt: number): void {
    for (let index = count - 1; index >= 0; index -= 1) this.#gates[index]!.after?.(node, attempt)
  }
}

/** How the gates decided; `leave` must be called once when the attempt is over. */
export interface Passage {
  decision: GateDecision
  leave(): void
}

const freePassage: Passage = { decision: 'go', leave: () => {} }
