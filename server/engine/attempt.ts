import type { ModelUsage } from '#server/steps/define-step.ts'
import type { NodeState } from './core/core.ts'
import type { StreamWriter } from './streams/stream-writer.ts'

/** One try of one step, from its command until its outcome is an event. */
export class Attempt {
  readonly node: NodeState
  readonly number: number
  /** Epoch milliseconds before which it does not begin; 0: at once. */
  readonly startsAt: number
  readonly controller = new AbortController()
  /** What models were asked for so far, also when nothing comes of it. */
  readonly usage: ModelUsage[] = []
  /** What its settings name of the world: the file, the address, the model. For errors. */
  involved: Record<string, string> = {}
  /** performance.now() when the step's own code began; 0 before. */
  beganAt = 0
  /** Forgets what would start or fail it later. */
  stopTimer: (() => void) | null = null
  /** Where something reads what it hands on before its end. */
  stream: StreamWriter | null = null
  /** It was told to stop, and has until the end of its grace period to say how it ended. */
  cancelling = false
  /** Set once its outcome is known: whatever it still does is ignored. */
  over = false

  constructor(node: NodeState, number: number, startsAt = 0) {
    this.node = node
    this.number = number
    this.startsAt = startsAt
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

/** What an attempt that failed leaves behind besides its error. */
export type AttemptTrace = Pick<Attempt, 'usage' | 'involved'>
