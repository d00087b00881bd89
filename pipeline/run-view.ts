import type { JournalEntry } from './events.ts'
import { foldRunEvent, idleStep, type MutableRunView } from './fold-run-event.ts'
import type { RunView, StepView } from './run-view-types.ts'

export type { RunView, StepView } from './run-view-types.ts'

/** The view of a run of which no event is known. */
export function emptyRunView(): RunView {
  return {
    seq: 0,
    status: 'queued',
    cancelRequested: false,
    paused: null,
    limitReached: null,
    source: null,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    inputs: null,
    outputs: null,
    error: null,
    steps: new Map(),
    totals: { running: 0, retrying: 0, waiting: 0, paused: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 },
    working: 0,
  }
}

/** Folds one event; the given view stays as it was. Costs a copy of the path table: use `applyEntries` for many. */
export function applyEntry(view: RunView, entry: JournalEntry): RunView {
  return applyEntries(view, [entry])
}

/**
 * Folds events in order; the given view stays as it was, and paths without news keep their StepView object. The path
 * table is copied once per call. Events that are already in (`seq` not above the view's) are left out, so a backlog
 * may overlap a live stream.
 */
export function applyEntries(view: RunView, entries: readonly JournalEntry[]): RunView {
  const next: MutableRunView = { ...view, steps: new Map(view.steps), totals: { ...view.totals } }
  let changed = false
  for (const entry of entries) {
    if (entry.seq <= next.seq) continue
    next.seq = entry.seq
    foldRunEvent(next, entry.event, entry.at)
    changed = true
  }
  return changed ? next : view
}

/** The view of a run from all its events. */
export function foldRun(entries: readonly JournalEntry[]): RunView {
  return applyEntries(emptyRunView(), entries)
}

/** The view of one path; an idle one where nothing is known. */
export function stepViewOf(view: RunView, path: string): StepView {
  return view.steps.get(path) ?? { ...idleStep, path }
}
