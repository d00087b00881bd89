import type { StepDelta } from '#server/steps/define-step.ts'
import { mergeDeltas } from './hub-watcher.ts'

/** Live output of one step, ready to go out. */
export interface RunDelta {
  runId: string
  path: string
  attempt: number
  delta: StepDelta
  /** Set on the whole of what the attempt has shown so far: it takes the place of all that came before it. */
  replace?: true
}

/** Long enough to join the tokens of a fast model, short enough to look immediate. */
const batchMs = 30

/** Joins the deltas of each step for about 30 ms. */
export class DeltaBatcher {
  readonly #onBatch: (deltas: RunDelta[]) => void
  /** By run, then by step; a step that changes its kind of delta has several. */
  readonly #pending = new Map<string, Map<string, RunDelta>>()
  #timer: NodeJS.Timeout | undefined

  constructor(onBatch: (deltas: RunDelta[]) => void) {
    this.#onBatch = onBatch
  }

  add(next: RunDelta): void {
    const ofRun = this.#pending.get(next.runId) ?? new Map<string, RunDelta>()
    this.#pending.set(next.runId, ofRun)
    const key = `${next.path} ${next.attempt} ${next.delta.kind}`
    const before = ofRun.get(key)
    ofRun.set(key, { ...next, delta: (before && mergeDeltas(before.delta, next.delta)) ?? next.delta })
    this.#timer ??= setTimeout(() => this.flush(), batchMs)
  }

  /** Sends what waits, of one run or of all: called before the run's next events, so that they do not overtake it. */
  flush(runId?: string): void {
    const runs = runId === undefined ? [...this.#pending.keys()] : [runId]
    const deltas = runs.flatMap((id) => [...(this.#pending.get(id)?.values() ?? [])])
    for (const id of runs) this.#pending.delete(id)
    if (this.#pending.size === 0) {
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
    if (deltas.length > 0) this.#onBatch(deltas)
  }
}
