import type { JournalEntry, StepStatus } from '#pipeline/events.ts'
import { applyEntries, emptyRunView, type RunView, stepViewOf, type StepView } from '#pipeline/run-view.ts'
import { ItemIndex } from './item-index.ts'
import type { RunOverview, StepGroup } from './run-overview-records.ts'

/** Most open paths that are listed: more than any map runs at a time. */
const maxOpen = 2_000

const finalStatuses: ReadonlySet<StepStatus> = new Set(['succeeded', 'failed', 'skipped', 'cancelled'])

interface Group {
  counts: Partial<Record<StepStatus, number>>
  latest: StepView
  latestOutput: StepView | null
  latestFailure: StepView | null
}

const isInItems = (path: string): boolean => path.includes('].')

/** `each[3].mood` -> `each.mood` */
export const documentPathOf = (path: string): string => path.replaceAll(/\[\d+\]/g, '')

/**
 * A run folded page by page into what its first screen needs. Steps inside items are summed up and let go as soon as they are
 * over, so that memory grows by a few bytes per item and not by views.
 */
export class RunFold {
  #view: RunView = emptyRunView()
  /** Last known status of every path inside items that has been let go. */
  readonly #past = new Map<string, StepStatus>()
  readonly #groups = new Map<string, Group>()
  readonly #items = new Map<string, ItemIndex>()

  /** Number of the last event that is in. */
  get seq(): number {
    return this.#view.seq
  }

  get hasEnded(): boolean {
    return this.#view.finishedAt !== null
  }

  /** Paths remembered: what a cache of folds is bounded by. */
  get weight(): number {
    return this.#past.size + this.#view.steps.size
  }

  /** The items of a container whose own path has no index; undefined when none of them has begun. */
  itemsOf(path: string): ItemIndex | undefined {
    return this.#items.get(path)
  }

  /** Takes in the entries that follow; those it has are left out. */
  apply(entries: readonly JournalEntry[]): void {
    const fresh = entries.filter(({ seq }) => seq > this.#view.seq)
    if (fresh.length === 0) return
    const touched = this.#touchedPaths(fresh)
    const before = this.#recall(touched.keys())
    const after = applyEntries({ ...this.#view, steps: before }, fresh)
    const statusBefore = (path: string): StepStatus | undefined => before.get(path)?.status
    const steps = new Map(after.steps)
    for (const path of touched.keys()) {
      const step = steps.get(path)
      if (!step) continue
      this.#count(path, statusBefore(path), step)
      if (!finalStatuses.has(step.status)) continue
      this.#past.set(path, step.status)
      steps.delete(path)
    }
    this.#view = { ...after, steps }
  }

  overview(): RunOverview {
    const { steps: all, ...rest } = this.#view
    const steps: StepView[] = []
    const open: RunOverview['open'] = []
    for (const step of all.values()) {
      if (isInItems(step.path)) open.push({ path: step.path, status: step.status })
      else steps.push(step)
    }
    const groups: StepGroup[] = []
    for (const [path, group] of this.#groups) groups.push({ path, ...group, counts: { ...group.counts } })
    return { ...rest, steps, groups, open: open.slice(-maxOpen) }
  }

  /** Paths inside items that the entries are about, in the order of their last event. */
  #touchedPaths(entries: readonly JournalEntry[]): Map<string, true> {
    const touched = new Map<string, true>()
    for (const entry of entries) {
      const { event } = entry
      if (!('path' in event) || event.path === undefined) continue
      const { path } = event
      const bracket = path.indexOf('[')
      if (bracket < 0) {
        if (event.type === 'part-finished') this.#itemIndex(path).addPart(event, entry)
        continue
      }
      this.#itemIndex(path.slice(0, bracket)).add(path, bracket, entry)
      if (!isInItems(path) || path.endsWith(']')) continue
      touched.delete(path)
      touched.set(path, true)
    }
    return touched
  }

  #itemIndex(path: string): ItemIndex {
    let index = this.#items.get(path)
    if (!index) this.#items.set(path, (index = new ItemIndex()))
    return index
  }

  /** The path table with those of the paths in it again that were let go: a step can begin anew in a container that is tried again. */
  #recall(paths: Iterable<string>): Map<string, StepView> {
    const steps = new Map(this.#view.steps)
    for (const path of paths) {
      const status = this.#past.get(path)
      if (status === undefined) continue
      this.#past.delete(path)
      steps.set(path, { ...stepViewOf(this.#view, path), status })
    }
    return steps
  }

  #count(path: string, before: StepStatus | undefined, step: StepView): void {
    const key = documentPathOf(path)
    let group = this.#groups.get(key)
    if (!group) this.#groups.set(key, (group = { counts: {}, latest: step, latestOutput: null, latestFailure: null }))
    const { counts } = group
    if (before !== undefined) counts[before] = (counts[before] ?? 1) - 1
    counts[step.status] = (counts[step.status] ?? 0) + 1
    group.latest = step
    if (step.output) group.latestOutput = step
    if (step.status === 'failed') group.latestFailure = step
  }
}
