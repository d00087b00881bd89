import type { JournalEntry } from '#pipeline/events.ts'
import { endedAttempts } from './ended-attempts.ts'
import type { RunDelta } from './hub-deltas.ts'
import { mergeDeltas } from './hub-watcher.ts'

/** Characters of a step's text that are kept for those who join late: far more than models say in one answer. */
const keptCharacters = 256 * 1024

/** What the running steps of this process have shown so far, text and latest progress, so that nobody who joins late misses the beginning. */
export class LiveOutput {
  /** By run, then by path and kind; only of the latest attempt. */
  readonly #runs = new Map<string, Map<string, RunDelta>>()

  add({ runId, path, attempt, delta }: RunDelta): void {
    const ofRun = this.#runs.get(runId) ?? new Map<string, RunDelta>()
    this.#runs.set(runId, ofRun)
    const key = `${path} ${delta.kind}`
    const before = ofRun.get(key)
    const whole = (before?.attempt === attempt && mergeDeltas(before.delta, delta)) || delta
    ofRun.set(key, { runId, path, attempt, delta: whole.kind === 'text' ? shortened(whole) : whole, replace: true })
  }

  /** Forgets the steps that these committed entries end: what they showed is final now. */
  endBy(runId: string, entries: readonly JournalEntry[]): void {
    const ofRun = this.#runs.get(runId)
    if (!ofRun) return
    const ended = endedAttempts(entries)
    for (const [key, { path, attempt }] of ofRun) if (attempt <= (ended.get(path) ?? 0)) ofRun.delete(key)
    if (ofRun.size === 0) this.#runs.delete(runId)
  }

  /** The run is no longer carried out here. */
  forget(runId: string): void {
    this.#runs.delete(runId)
  }

  /** One delta per step and kind that replaces all before it; of every run when none is named. */
  of(runId?: string): RunDelta[] {
    const runs = runId === undefined ? [...this.#runs.values()] : [this.#runs.get(runId) ?? new Map<string, RunDelta>()]
    return runs.flatMap((ofRun) => [...ofRun.values()])
  }
}

function shortened(delta: { kind: 'text'; text: string }): { kind: 'text'; text: string } {
  // Cut in large pieces: a text at its limit would otherwise be copied with every word.
  return delta.text.length > keptCharacters * 1.25 ? { kind: 'text', text: delta.text.slice(-keptCharacters) } : delta
}
