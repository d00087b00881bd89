import type { NodeState } from './core/core.ts'

/** One try of one step, from its command until its outcome is an event. */
export class Attempt {
  readonly node: NodeState
  readonly number: number
  readonly controller = new AbortController()
  /** performance.now() when the step's own code began; 0 before. */
  beganAt = 0
  /** Forgets what would start or fail it later. */
  stopTimer: (() => void) | null = null
  /** Set once its outcome is known: whatever it still does is ignored. */
  over = false

  constructor(node: NodeState, number: number) {
    this.node = node
    this.number = number
  }

  /** Milliseconds its own code has run, to a hundredth. */
  get durationMs(): number {
    return this.beganAt === 0 ? 0 : Math.round((performance.now() - this.beganAt) * 100) / 100
  }

  end(): void {
    this.over = true
    this.stopTimer?.()
    this.stopTimer = null
  }

  abort(reason: Error): void {
    this.end()
    this.controller.abort(reason)
  }
}
