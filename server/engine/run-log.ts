import type { RunEvent } from '#pipeline/events.ts'
import type { RunTask } from './executor-types.ts'
import { mergeChanges, type RunChange } from './journal-types.ts'
import type { RunCounters } from './run-counters.ts'

/** Facts a run may be ahead of its journal: without a bound a run that is faster than the disk would fill the memory. */
const longestLead = 5_000

/** The journal of one run as its executor writes it: facts are gathered until the end of the turn and appended at once. */
export class RunLog {
  readonly #task: RunTask
  readonly #counters: RunCounters
  readonly #now: () => number
  readonly #onLost: (cause: unknown) => void
  /** Facts that the state has and the journal does not yet. */
  #unwritten: RunEvent[] = []
  #flushing: NodeJS.Immediate | null = null
  #alongside: RunChange | undefined
  /** The last append; earlier ones are durable when it is. */
  #durable: Promise<unknown> = Promise.resolve()
  /** Facts that are being appended. */
  #underWay = 0

  constructor(task: RunTask, counters: RunCounters, now: () => number, onLost: (cause: unknown) => void) {
    this.#task = task
    this.#counters = counters
    this.#now = now
    this.#onLost = onLost
  }

  add(event: RunEvent): void {
    this.#unwritten.push(event)
    this.#flushing ??= setImmediate(() => this.flush())
  }

  /** Writes this with the next append. */
  alongside(change: RunChange): void {
    this.#alongside = mergeChanges(this.#alongside, change)
    this.#flushing ??= setImmediate(() => this.flush())
  }

  /** Appends what there is, with this change of the run's row or the one that is due. */
  flush(change?: RunChange): void {
    if (this.#flushing) clearImmediate(this.#flushing)
    this.#flushing = null
    const events = this.#unwritten
    const alongside = this.#alongside
    if (events.length === 0 && !change && !alongside) return
    this.#unwritten = []
    this.#alongside = undefined
    // A run so short that its start was not written yet still has one.
    const started = events[0]?.type === 'run-started' ? { startedAt: this.#task.state.startedAt } : undefined
    const due = change ?? (started ? { status: 'running' as const } : this.#counters.changeDue(this.#now()))
    const all = started ? { ...started, ...due } : due
    this.#underWay += events.length
    this.#durable = this.#task.journal.append(
      events,
      alongside && all ? mergeChanges(all, alongside) : (all ?? alongside),
    )
    this.#durable.then(() => {
      this.#underWay -= events.length
    }, this.#onLost)
  }

  /** Undefined while the run may go ahead of its journal, else a promise of the time when it may again. */
  room(): undefined | Promise<unknown> {
    if (this.#unwritten.length + this.#underWay < longestLead) return undefined
    this.flush()
    return this.#durable.catch(() => {})
  }

  /** Resolves when everything so far is durable. */
  async durable(): Promise<void> {
    this.flush()
    await this.#durable
  }
}
