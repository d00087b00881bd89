import { errorMessageOf, type LiveMessage } from '#components/api/api.tsx'
import type { ItemChoice, StepRunInfo, StepRunSource } from '#components/editor/editor.ts'
import type { JournalEntry, StoredValue } from '#pipeline/events.ts'
import { applyEntries, emptyRunView, type RunView, type StepView } from '#pipeline/run-view.ts'
import { type ChosenItems, choiceOf } from './chosen-items.ts'
import { documentPathOf } from './document-path.ts'
import { apiTransport, type FeedTransport } from './feed-transport.ts'
import { seedOf, withSteps } from './run-overview.ts'
import { soon } from './soon.ts'
import { StepIndex } from './step-index.ts'

type Delta = Extract<LiveMessage, { topic: 'run'; kind: 'delta' }>

/** How the feed is doing: `loading` the journal so far, `live`, `ended` with the run, or `failed`. */
export type FeedState = 'loading' | 'live' | 'ended' | 'failed'

/** Items of a container that are read at once where the journal is too long to have them all. */
const itemsPerRead = 200

/**
 * One run as it happens: the journal folded into a view, streamed text merged in, changes told once a frame and only
 * to those whose step changed. Resumes without a gap after a lost connection (the live stream keeps the number). Of a run
 * with a long journal the server folds the beginning: its first screen does not wait for 100,000 events, and items of maps
 * are read when they are looked at.
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
  #chosen: ChosenItems = new Map()
  /** Number of the first entry in `entries` less one: what came before was folded by the server. */
  #entriesFrom = 0
  #readingEntries = false
  /** Spread maps of which some items were read, for their cards to show. */
  #sampled = new Set<string>()

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
    if (!this.#infos.has(path)) this.#infos.set(path, this.#index.infoOf(path, this.#view, this.#chosen))
    return this.#infos.get(path)
  }

  /** Which item of a container's body is shown; null when there is nothing to choose from. */
  items(path: string): ItemChoice | null {
    const chosen = this.#chosen.get(path) ?? null
    const runPath = this.shownRunPath(path)
    const step = runPath === null ? undefined : this.#view.steps.get(runPath)
    if (!step) return null
    const count = step.items?.count ?? (step.loop ? step.loop.turns + (step.finishedAt === null ? 1 : 0) : 0)
    return count > 0 ? { count, chosen } : null
  }

  chooseItem(path: string, index: number | null): void {
    const chosen = new Map([...this.#chosen].filter(([container]) => !container.startsWith(`${path}.`)))
    if (index === null) chosen.delete(path)
    else chosen.set(path, index)
    this.#choose(chosen)
    const runPath = this.shownRunPath(path)
    if (index !== null && runPath !== null) void this.loadItems(runPath, index, 1)
  }

  /** Shows exactly this run path on the cards. */
  choosePath(runPath: string): void {
    this.#choose(choiceOf(runPath))
  }

  /** Run paths known of a step in the body of a map or loop. */
  runPathsOf(path: string): readonly string[] {
    return this.#index.runPathsOf(path, new Map())
  }

  /** Whether a step stands in the body of a map or loop, and so has many run paths. */
  hasItems(path: string): boolean {
    return this.#index.hasItems(path)
  }

  /** The run path of what a card shows; null when it shows several items together. */
  shownRunPath(path: string): string | null {
    if (!this.#index.hasItems(path)) return this.#view.steps.has(path) ? path : null
    const paths = this.#index.runPathsOf(path, this.#chosen)
    return paths.length === 1 ? paths[0]! : null
  }

  /** Reads the steps of some items of a container, where the journal is too long to have them all; they appear in the view. */
  async loadItems(containerRunPath: string, from: number, limit = itemsPerRead): Promise<void> {
    if (!this.lacksItems(containerRunPath)) return
    const page = await this.#transport.items(this.runId, containerRunPath, from, limit)
    if (this.#closed) return
    const steps = page.items
      .flatMap((item) => item.steps as StepView[])
      .filter(({ path }) => !this.#view.steps.has(path))
    if (steps.length === 0) return
    this.#view = withSteps(this.#view, steps)
    const uncounted = steps.filter(({ path, status }) => !this.#index.know(path, status))
    for (const { path } of uncounted) this.#index.update(path, this.#view)
    for (const { path } of steps) {
      this.#dirty.add(documentPathOf(path))
    }
    this.#flush()
  }

  /** Whether the view may lack items of this container that `loadItems` would bring: of a long run, and of a spread map. */
  lacksItems(containerRunPath: string): boolean {
    return this.#entriesFrom > 0 || (this.#view.steps.get(containerRunPath)?.items?.parts ?? null) !== null
  }

  /** Reads the entries before those at hand, for who wants to see the journal itself. */
  async loadEntries(): Promise<void> {
    if (this.#entriesFrom === 0 || this.#readingEntries) return
    this.#readingEntries = true
    const complete = (): number => this.#entries.findIndex(({ seq }, index) => seq !== index + 1)
    try {
      for (let gap = complete(); (gap >= 0 || this.#entries.length < this.#entriesFrom) && !this.#closed;) {
        const early = gap < 0 ? this.#entries : this.#entries.slice(0, gap)
        const page = await this.#transport.entries(this.runId, early.at(-1)?.seq ?? 0)
        const last = page.entries.at(-1)?.seq ?? Number.POSITIVE_INFINITY
        this.#entries = [...early, ...page.entries, ...this.#entries.filter(({ seq }) => seq > last)]
        this.#flush()
        gap = complete()
      }
    } finally {
      this.#readingEntries = false
    }
  }

  /** Items of a spread map are in other runs: a few of them stand for all on the cards. */
  #sample(containerRunPath: string): void {
    if (this.#sampled.has(containerRunPath)) return
    this.#sampled.add(containerRunPath)
    // Without them the cards inside stay empty; the frame tells how far the map has come.
    this.loadItems(containerRunPath, 0, 20).catch(() => this.#sampled.delete(containerRunPath))
  }

  #choose(chosen: ChosenItems): void {
    this.#chosen = chosen
    this.#infos.clear()
    for (const path of this.#pathListeners.keys()) this.#dirty.add(path)
    this.#flush()
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
      await this.#readJournal()
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

  async #readJournal(): Promise<void> {
    const fresh = this.#view.seq === 0
    for (let after: number | null = this.#view.seq; after !== null && !this.#closed;) {
      const page = await this.#transport.entries(this.runId, after)
      if (fresh && after === 0 && page.nextSeq !== null) {
        const overview = await this.#transport.overview(this.runId)
        if (this.#closed) return
        const { view, groups, open } = seedOf(overview)
        this.#view = view
        this.#index.seed(groups, open)
        this.#entries = page.entries
        this.#entriesFrom = view.seq
        // What expressions of a body read as their item: maps begin early, so it is mostly here.
        for (const { event } of page.entries) {
          if (event.type === 'map-expanded') this.#items.set(event.path, event.items)
        }
        for (const { path, items } of view.steps.values()) if (items?.parts && items.done > 0) this.#sample(path)
        this.#infos.clear()
        for (const path of this.#pathListeners.keys()) this.#dirty.add(path)
        this.#flush()
        return
      }
      this.#pending.push(...page.entries)
      this.#flush()
      after = page.nextSeq
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
      this.#view = applyEntries(this.#view, fresh)
      this.#entries = [...this.#entries, ...fresh]
      for (const { event } of fresh) {
        if (!('path' in event) || event.path === undefined) continue
        if (event.type === 'map-expanded') this.#items.set(event.path, event.items)
        if (event.type === 'part-finished') this.#sample(event.path)
        this.#index.update(event.path, this.#view)
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
