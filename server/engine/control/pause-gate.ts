import { documentPathOf } from '#pipeline/document-path.ts'
import { evaluateCondition } from '#pipeline/expressions/expressions.ts'
import type { RunEvent } from '#pipeline/events.ts'
import type { NodeState } from '../core/core.ts'
import type { RunHost } from '../run-host.ts'
import type { GateDecision, GateMaker, StepGate } from '../step-gates.ts'
import { namesOf } from '../step-settings.ts'

/** Lets nothing begin while the run is paused, and pauses it: at breakpoints, and before the next step when stepping through. */
export const pauseGate: GateMaker = (host) => new PauseGate(host)

class PauseGate implements StepGate {
  readonly #host: RunHost
  /** A run that is stepped through pauses before its first step. */
  #isFirst: boolean
  /** The one step that may start, until its start is a fact. */
  #stepping: NodeState | null = null
  readonly #held = new Set<NodeState>()

  constructor(host: RunHost) {
    this.#host = host
    this.#isFirst = host.state.status === 'new' && host.task.options?.stepThrough === true
  }

  before(node: NodeState, attempt: number): GateDecision | Promise<GateDecision> {
    // It had begun before a crash, or has to run although the run ends.
    if (node.status === 'running' || this.#host.state.root.ended) return 'go'
    if (attempt > 1 || node.released) return this.#decide(node)
    const condition = this.#breakpointAt(node.path)
    if (condition === undefined) return this.#decide(node)
    if (condition === null) return this.#stop(node, 'breakpoint')
    return this.#holds(node, condition).then((isHit) => (isHit ? this.#stop(node, 'breakpoint') : this.#decide(node)))
  }

  after(node: NodeState): void {
    if (this.#stepping === node) this.#releaseHeld()
  }

  saw(event: RunEvent): void {
    if (event.type === 'step-started' && event.path === this.#stepping?.path) this.#releaseHeld()
  }

  #decide(node: NodeState): GateDecision {
    const { paused, stepping } = this.#host.state
    if (paused) return { kind: 'hold' }
    if (this.#isFirst || stepping === 'taken') return this.#stop(node, 'step-through')
    if (stepping === null) return 'go'
    if (this.#stepping && this.#stepping !== node) {
      this.#held.add(node)
      return { kind: 'hold' }
    }
    this.#stepping = node
    return 'go'
  }

  #stop({ path }: NodeState, reason: 'breakpoint' | 'step-through'): GateDecision {
    this.#isFirst = false
    if (!this.#host.state.paused) this.#host.emit({ type: 'run-paused', path, reason })
    return { kind: 'hold' }
  }

  #releaseHeld(): void {
    this.#stepping = null
    const held = [...this.#held]
    this.#held.clear()
    for (const node of held) this.#host.restart(node)
  }

  /** The condition of the breakpoint before a step, null for one without, undefined where there is none. */
  #breakpointAt(path: string): string | null | undefined {
    const breakpoints = this.#host.task.options?.breakpoints
    if (!breakpoints || breakpoints.length === 0) return undefined
    const documentPath = documentPathOf(path)
    const found = breakpoints.find(({ step }) => step === path || step === documentPath)
    return found && (found.condition?.trim() || null)
  }

  /** A condition that cannot be evaluated holds: whoever wrote it wants to look. */
  async #holds({ frame }: NodeState, condition: string): Promise<boolean> {
    try {
      const names = await namesOf(this.#host, frame, condition)
      return evaluateCondition(condition, names, { now: this.#host.state.startedAt })
    } catch {
      return true
    }
  }
}
