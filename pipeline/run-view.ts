import type { ErrorInfo } from './errors.ts'
import type { JsonValue } from './document.ts'
import type { JournalEntry, RunEvent, RunStatus, StepStatus, StoredValue } from './events.ts'

/** How far a container step has come. */
export interface ItemProgress {
  count: number
  done: number
  failed: number
  concurrency: number
  /** The first failed items (at most 100), in the order they failed. */
  failures: readonly { index: number; error: ErrorInfo }[]
}

/** What is known of one step path (`load`, `each[3].mood`). Never changed in place: a new object means a change. */
export interface StepView {
  path: string
  status: StepStatus
  /** Number of the latest attempt, from 1; 0 before the first. */
  attempt: number
  /** Epoch milliseconds of the first attempt's start. */
  startedAt: number | null
  finishedAt: number | null
  /** Of the last attempt as the worker measured it. */
  durationMs: number | null
  /** Resolved settings of the latest attempt, shortened when large. */
  inputs: JsonValue | undefined
  output: StoredValue | null
  error: ErrorInfo | null
  /** A failed step with `handled` did not stop its graph (`on_error: continue` or `port`). */
  handled: boolean
  /** Output ports that were taken. */
  ports: readonly string[]
  cached: boolean
  skippedBecause: 'branch-not-taken' | 'upstream-skipped' | 'disabled' | 'run-ended' | null
  /** When a retrying step tries again, epoch milliseconds. */
  resumeAt: number | null
  usage: JsonValue | undefined
  /** Set once a container knows its items. */
  items: ItemProgress | null
}

/** Numbers of step paths by what became of them. */
export type RunTotals = Record<Exclude<StepStatus, 'idle' | 'queued'>, number>

/** A run as its journal tells it up to event `seq`. */
export interface RunView {
  /** Number of the last event that was folded in. */
  seq: number
  status: RunStatus
  cancelRequested: boolean
  startedAt: number | null
  finishedAt: number | null
  durationMs: number | null
  inputs: Record<string, JsonValue> | null
  outputs: StoredValue | null
  error: ErrorInfo | null
  steps: ReadonlyMap<string, StepView>
  totals: Readonly<RunTotals>
}

const idleStep: Omit<StepView, 'path'> = {
  status: 'idle',
  attempt: 0,
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  inputs: undefined,
  output: null,
  error: null,
  handled: false,
  ports: [],
  cached: false,
  skippedBecause: null,
  resumeAt: null,
  usage: undefined,
  items: null,
}

/** The view of a run of which no event is known. */
export function emptyRunView(): RunView {
  return {
    seq: 0,
    status: 'queued',
    cancelRequested: false,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    inputs: null,
    outputs: null,
    error: null,
    steps: new Map(),
    totals: { running: 0, retrying: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 },
  }
}

type MutableRunView = { -readonly [Key in keyof RunView]: RunView[Key] } & {
  steps: Map<string, StepView>
  totals: RunTotals
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
    fold(next, entry.event, entry.at)
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

function setStep(view: MutableRunView, path: string, change: Partial<StepView>): void {
  const before = view.steps.get(path)
  const after: StepView = before ? { ...before, ...change } : { ...idleStep, path, ...change }
  if (before && before.status in view.totals) view.totals[before.status as keyof RunTotals] -= 1
  if (after.status in view.totals) view.totals[after.status as keyof RunTotals] += 1
  view.steps.set(path, after)
}

const itemPathPattern = /^(.*)\[(\d+)\]$/

function finishItem(view: MutableRunView, path: string, error: ErrorInfo | undefined): void {
  const match = itemPathPattern.exec(path)
  if (!match) return
  const container = view.steps.get(match[1]!)
  if (!container?.items) return
  const { items } = container
  const failures =
    error && items.failures.length < 100 ? [...items.failures, { index: Number(match[2]), error }] : items.failures
  const progress = { ...items, done: items.done + 1, failed: items.failed + (error ? 1 : 0), failures }
  view.steps.set(container.path, { ...container, items: progress })
}

function endRun(view: MutableRunView, status: RunStatus, at: number, durationMs: number): void {
  view.status = status
  view.finishedAt = at
  view.durationMs = durationMs
}

function fold(view: MutableRunView, event: RunEvent, at: number): void {
  switch (event.type) {
    case 'run-started':
      view.status = 'running'
      view.startedAt = at
      view.inputs = event.inputs
      return
    case 'run-claimed':
      return
    case 'cancel-requested':
      view.cancelRequested = true
      return
    case 'run-succeeded':
      view.outputs = event.outputs
      return endRun(view, 'succeeded', at, event.durationMs)
    case 'run-failed':
      view.error = event.error
      return endRun(view, 'failed', at, event.durationMs)
    case 'run-cancelled':
      return endRun(view, 'cancelled', at, event.durationMs)
    case 'item-finished':
      return finishItem(view, event.path, event.error)
    default:
      foldStep(view, event, at)
  }
}

type StepEvent = Extract<RunEvent, { type: `step-${string}` | 'map-expanded' }>

function foldStep(view: MutableRunView, event: StepEvent, at: number): void {
  const { path } = event
  switch (event.type) {
    case 'step-started':
      return setStep(view, path, {
        status: 'running',
        attempt: event.attempt,
        inputs: event.inputs,
        startedAt: view.steps.get(path)?.startedAt ?? at,
        resumeAt: null,
        items: null,
      })
    case 'step-retried':
      return setStep(view, path, { status: 'retrying', error: event.error, resumeAt: event.resumeAt })
    case 'step-succeeded':
      return setStep(view, path, {
        status: 'succeeded',
        attempt: event.attempt,
        finishedAt: at,
        durationMs: event.durationMs,
        output: event.output,
        ports: event.ports,
        cached: event.cached ?? false,
        usage: event.usage,
        error: null,
        resumeAt: null,
      })
    case 'step-failed':
      return setStep(view, path, {
        status: 'failed',
        attempt: event.attempt,
        finishedAt: at,
        durationMs: event.durationMs,
        error: event.error,
        handled: event.handled,
        ports: event.ports,
        resumeAt: null,
      })
    case 'step-skipped':
      return setStep(view, path, { status: 'skipped', finishedAt: at, skippedBecause: event.reason })
    case 'step-cancelled':
      return setStep(view, path, { status: 'cancelled', finishedAt: at, resumeAt: null })
    case 'map-expanded': {
      const { count, concurrency } = event
      return setStep(view, path, { items: { count, done: 0, failed: 0, concurrency, failures: [] } })
    }
  }
}
