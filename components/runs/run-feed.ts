import { apiClient, errorMessageOf, live, type ApiOutputs, type LiveMessage } from '#components/api/api.tsx'
import type { StepRunInfo, StepRunSource } from '#components/editor/editor.ts'
import type { JournalEntry, StoredValue } from '#pipeline/events.ts'
import { applyEntries, emptyRunView, type RunView } from '#pipeline/run-view.ts'
import { documentPathOf } from './document-path.ts'
import { StepIndex } from './step-index.ts'

type Delta = Extract<LiveMessage, { topic: 'run'; kind: 'delta' }>

/** How the feed is doing: `loading` the journal so far, `live`, `ended` with the run, or `failed`. */
export type FeedState = 'loading' | 'live' | 'ended' | 'failed'

/** Where a feed reads from; the API in the app, an array in tests. */
export interface FeedTransport {
  entries(runId: string, afterSeq: number): Promise<ApiOutputs['runs']['entries']>
  watch(runId: string, afterSeq: number, onMessage: (message: LiveMessage) => void): () => void
}

const apiTransport: FeedTransport = {
  entries: (runId, afterSeq) => apiClient.runs.entries.query({ runId, afterSeq, limit: 5_000 }),
  watch: (runId, afterSeq, onMessage) => live.subscribe({ kind: 'run', runId, afterSeq }, onMessage),
}

/** Runs `work` before the next frame; at once where there are no frames (tests, hidden tabs get a timer). */
const soon = (work: () => void): void => {
  if (typeof requestAnimationFrame === 'undefined' || document.hidden) setTimeout(work, 16)
  else requestAnimationFrame(work)
}

/**
 * One run as it happens: the journal folded into a view, streamed text merged in, changes told once a frame and only
 * to those whose step changed. Resumes without a gap after a lost connection (the live stream keeps the number).
 */
export class RunFeed implements StepRunSource {
  readonly runId: string
  #transport: FeedTransport
  #view: RunView = emptyRunView()
  #entries: JournalEntry[] = []
  #state: FeedState = 'loading'
  #error: string | null = null
  #pending: JournalEntry[] = []
  #dirty = new Set<string>()
  #scheduled = false
  #closed = false
  #stopWatching: (() => void) | null = null
  #index = new StepIndex()
  #infos = new Map<string, StepRunInfo | undefined>()
  #pathListeners = new Map<string, Set<() => void>>()
  #listeners = new Set<() => void>()
  #items = new Map<string, StoredValue>()

  constructor(runId: string, transport: FeedTransport = apiTransport) {
    this.runId = runId
    this.#transport = transport
    void this.#load()
  }

  get view(): RunView {
    return this.#view
  }
  /** All entries so far, in order. The same array until there are more. */
  get entries(): readonly JournalEntry[] {
    return this.#entries
  }
  get state(): FeedState {
    return this.#state
  }
  /** Why the feed failed, in words; null while it works. */
  get error(): string | null {
    return this.#error
  }

  /** Calls back after every change of the view or the state. */
  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls back after changes of this document path. */
  subscribe(path: string, listener: () => void): () => void {
    const listeners = this.#pathListeners.get(path) ?? new Set()
    this.#pathListeners.set(path, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  /** What a card shows; the same object until something changed. */
  read(path: string): StepRunInfo | undefined {
    if (!this.#infos.has(path)) this.#infos.set(path, this.#index.infoOf(path, this.#view))
    return this.#infos.get(path)
  }

  /** The items of a container at a run path (the first ones of a long list); undefined before it knows them. */
  itemsOf(runPath: string): readonly unknown[] | undefined {
    const stored = this.#items.get(runPath)
    const items = stored === undefined ? undefined : 'value' in stored ? stored.value : stored.preview
    return Array.isArray(items) ? items : undefined
  }

  /** Reads on from where a failed feed stopped. */
  retry(): void {
    if (this.#state !== 'failed') return
    this.#state = 'loading'
    this.#error = null
    this.#flush()
    void this.#load()
  }

  /** Text streamed so far at a run path, while it streams. */
  streamedText(runPath: string): string | undefined {
    return this.#index.streamedText(runPath)
  }

  close(): void {
    this.#closed = true
    this.#stopWatching?.()
    this.#listeners.clear()
    this.#pathListeners.clear()
  }

  async #load(): Promise<void> {
    try {
      for (let after: number | null = this.#view.seq; after !== null && !this.#closed;) {
        const page = await this.#transport.entries(this.runId, after)
        this.#pending.push(...page.entries)
        this.#flush()
        after = page.nextSeq
      }
    } catch (error) {
      if (this.#closed) return
      this.#state = 'failed'
      this.#error = errorMessageOf(error)
      this.#flush()
      return
    }
    if (this.#closed) return
    this.#state = this.#view.finishedAt === null ? 'live' : 'ended'
    this.#flush()
    if (this.#state === 'live') {
      this.#stopWatching = this.#transport.watch(this.runId, this.#view.seq, (message) => this.#receive(message))
    }
  }

  #receive(message: LiveMessage): void {
    if (message.topic === 'end') {
      this.#state = 'ended'
      this.#schedule()
    } else if (message.topic === 'run') {
      if (message.kind === 'event') this.#pending.push(message.entry)
      else this.#merge(message)
      this.#schedule()
    }
  }

  #merge({ path, attempt, delta, replace }: Delta): void {
    // Output of a step that has ended, said again while the stream was opened: what it came to is known.
    if (this.#view.steps.get(path)?.finishedAt) return
    this.#index.addDelta(path, attempt, delta, replace)
    this.#dirty.add(documentPathOf(path))
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return
    this.#scheduled = true
    soon(() => {
      this.#scheduled = false
      if (!this.#closed) this.#flush()
    })
  }

  #flush(): void {
    let { seq } = this.#view
    // A stream that was opened again may repeat what is here already.
    const fresh: JournalEntry[] = []
    for (const entry of this.#pending) {
      if (entry.seq <= seq) continue
      seq = entry.seq
      fresh.push(entry)
    }
    this.#pending = []
    if (fresh.length > 0) {
      const before = this.#view
      this.#view = applyEntries(before, fresh)
      this.#entries = [...this.#entries, ...fresh]
      for (const { event } of fresh) {
        if (!('path' in event) || event.path === undefined) continue
        if (event.type === 'map-expanded') this.#items.set(event.path, event.items)
        this.#index.update(event.path, before, this.#view)
        // An item's end is a change of its container, whose own path has no index.
        const path = documentPathOf(event.path)
        this.#dirty.add(path)
      }
      if (this.#view.finishedAt !== null) {
        this.#state = 'ended'
        this.#stopWatching?.()
      }
    }
    for (const path of this.#dirty) this.#infos.delete(path)
    const dirty = [...this.#dirty]
    this.#dirty.clear()
    for (const path of dirty) for (const listener of this.#pathListeners.get(path) ?? []) listener()
    for (const listener of this.#listeners) listener()
  }
}
