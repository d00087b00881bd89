import type { JournalEntry } from '#pipeline/events.ts'
import type { StepDelta } from '#server/steps/define-step.ts'
import { endedAttempts } from './ended-attempts.ts'
import type { RunDelta } from './hub-deltas.ts'
import type { RunSignal } from './hub-types.ts'

/** Reads stored entries with a seq above `after`, in order. */
export type ReadEntries = (runId: string, options: { after: number; limit: number }) => Promise<JournalEntry[]>

/** Signals kept for a reader that does not keep up; more are dropped, and events read from the journal again. */
const maxQueued = 1_000
const pageSize = 500

/** The text so far and the new one, or the newer progress; null when they are of different kinds. */
export function mergeDeltas(before: StepDelta, after: StepDelta): StepDelta | null {
  if (before.kind === 'text' && after.kind === 'text') return { kind: 'text', text: before.text + after.text }
  return before.kind === 'progress' && after.kind === 'progress' ? after : null
}

type DeltaSignal = Extract<RunSignal, { kind: 'delta' }>

/** Both as one signal; null when they do not belong together. */
function joinSignals(before: RunSignal | undefined, after: DeltaSignal): DeltaSignal | null {
  if (before?.kind !== 'delta' || before.path !== after.path || before.attempt !== after.attempt) return null
  if (after.replace) return before.delta.kind === after.delta.kind ? after : null
  const delta = mergeDeltas(before.delta, after.delta)
  return delta && { ...before, delta }
}

/** One reader of one run. Entries come from the queue while they follow each other, and from the journal wherever one is missing. */
export class RunWatcher {
  readonly #runId: string
  readonly #read: ReadEntries
  readonly #onDropped: () => void
  #after: number
  /** Highest seq known to be committed; infinite while the journal has to be asked. */
  #committed = Number.POSITIVE_INFINITY
  #queue: RunSignal[] = []
  #wake: (() => void) | undefined

  /** `onDropped` asks for all output of running steps so far: what came of it has been dropped for a slow reader. */
  constructor(runId: string, after: number, read: ReadEntries, onDropped: () => void) {
    this.#runId = runId
    this.#after = after
    this.#read = read
    this.#onDropped = onDropped
  }

  /** Entries as they are committed; gaps and repetitions do no harm. */
  pushEntries(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#queue.push({ kind: 'event', entry })
    this.#bound()
    this.committedUpTo(entries.at(-1)?.seq ?? 0)
  }

  pushDelta({ path, attempt, delta, replace }: Omit<RunDelta, 'runId'>): void {
    const next: DeltaSignal = { kind: 'delta', path, attempt, delta, ...(replace && { replace }) }
    const joined = joinSignals(this.#queue.at(-1), next)
    if (joined) this.#queue[this.#queue.length - 1] = joined
    else this.#queue.push(next)
    // Replacements are as many as there are steps at work, and are what follows when the queue was cut.
    if (!replace) this.#bound()
    this.#wake?.()
  }

  /** Entries up to `seq` are in the journal, wherever they were written. */
  committedUpTo(seq: number): void {
    this.#committed = Math.max(this.#committed, seq)
    this.#wake?.()
  }

  /** Something may have been missed. */
  askJournal(): void {
    this.committedUpTo(Number.POSITIVE_INFINITY)
  }

  async *signals(signal: AbortSignal): AsyncGenerator<RunSignal> {
    const onAbort = () => this.#wake?.()
    signal.addEventListener('abort', onAbort)
    try {
      while (!signal.aborted) {
        const next = this.#queue[0]
        if (next?.kind === 'event' && next.entry.seq <= this.#after) this.#queue.shift()
        // A delta never overtakes the events before it: a step's text comes after its start.
        else if (
          next &&
          (next.kind === 'delta' ? this.#committed !== Number.POSITIVE_INFINITY : next.entry.seq === this.#after + 1)
        ) {
          this.#queue.shift()
          if (next.kind === 'event') this.#after = next.entry.seq
          yield next
        } else if (this.#committed > this.#after) yield* this.#fromJournal(signal)
        else await this.#change(signal)
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  async *#fromJournal(signal: AbortSignal): AsyncGenerator<RunSignal> {
    const asked = this.#committed
    // What is committed from here on raises it again.
    this.#committed = 0
    const entries = await this.#read(this.#runId, { after: this.#after, limit: pageSize })
    const isFull = entries.length === pageSize
    if (isFull) this.#committed = Math.max(this.#committed, asked)
    for (const entry of entries) {
      if (signal.aborted) return
      this.#after = entry.seq
      yield { kind: 'event', entry }
    }
    // Output of steps whose end has now been seen would only repeat what is final.
    const ended = endedAttempts(entries)
    this.#queue = this.#queue.filter((next) =>
      next.kind === 'event' ? next.entry.seq > this.#after : next.attempt > (ended.get(next.path) ?? 0),
    )
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#wake = resolve
      if (signal.aborted) resolve()
    }).finally(() => {
      this.#wake = undefined
    })
  }

  #bound(): void {
    if (this.#queue.length <= maxQueued) return
    this.#queue = []
    this.#committed = Number.POSITIVE_INFINITY
    this.#onDropped()
  }
}
