import type { RunEvent } from '#pipeline/events.ts'
import type { ModelUsage } from '#server/steps/define-step.ts'
import type { RunChange } from './journal-types.ts'

/** The counters of a run's row are at most this old while the run writes events. */
const everyMs = 1_000

/** What of a run is counted in its row. */
export class RunCounters {
  #stepsDone: number
  #stepsFailed: number
  #costUsd: number
  #writtenAt: number

  constructor(before: { stepsDone: number; stepsFailed: number; costUsd: number } | undefined, now: number) {
    this.#stepsDone = before?.stepsDone ?? 0
    this.#stepsFailed = before?.stepsFailed ?? 0
    this.#costUsd = before?.costUsd ?? 0
    this.#writtenAt = now
  }

  count(event: RunEvent): void {
    if (event.type === 'step-succeeded') this.#stepsDone += 1
    else if (event.type === 'step-failed') this.#stepsFailed += 1
    else if (event.type === 'part-finished') {
      this.#stepsDone += event.stepsDone ?? 0
      this.#stepsFailed += event.stepsFailed ?? 0
      this.#costUsd += event.costUsd ?? 0
    }
  }

  spend(usage: readonly ModelUsage[]): void {
    for (const { costUsd } of usage) this.#costUsd += costUsd ?? 0
  }

  /** Counts an event of the journal, with what was spent on it. */
  replay(event: RunEvent): void {
    this.count(event)
    if (!('usage' in event) || typeof event.usage !== 'object' || event.usage === null) return
    const { costUsd } = event.usage as { costUsd?: unknown }
    if (typeof costUsd === 'number') this.#costUsd += costUsd
  }

  get counts(): { stepsDone: number; stepsFailed: number; costUsd: number } {
    return { stepsDone: this.#stepsDone, stepsFailed: this.#stepsFailed, costUsd: this.#costUsd }
  }

  get change(): RunChange {
    return this.counts
  }

  /** The counters when it is time to write them again. */
  changeDue(now: number): RunChange | undefined {
    if (now - this.#writtenAt < everyMs) return undefined
    this.#writtenAt = now
    return this.change
  }
}
