import type { ErrorInfo } from './errors.ts'
import type { RunEvent, RunStatus, StoredValue } from './events.ts'
import type { ItemProgress, RunTotals, RunView, StepView } from './run-view-types.ts'

/** A view that is being folded into: its path table and totals are its own, its StepViews are not. */
export type MutableRunView = { -readonly [Key in keyof RunView]: RunView[Key] } & {
  steps: Map<string, StepView>
  totals: RunTotals
}

/** What is known of a path that no event names. */
export const idleStep: Omit<StepView, 'path'> = {
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
  reused: null,
  fallback: null,
  skippedBecause: null,
  resumeAt: null,
  usage: undefined,
  wait: null,
  waitingSince: null,
  heldBy: null,
  ends: null,
  editedBy: null,
  yielded: 0,
  readers: [],
  entered: false,
  failing: null,
  items: null,
  loop: null,
  calledWith: null,
}

/** Failed items a step view lists. */
const shownFailures = 100

/** Folds one event into the view. */
export function foldRunEvent(view: MutableRunView, event: RunEvent, at: number): void {
  foldEvent(view, event, at)
  if (view.startedAt !== null && view.finishedAt === null) view.status = openStatus(view)
}

/** What an open run is doing. */
function openStatus({ working, paused, totals }: MutableRunView): RunStatus {
  if (working > 0) return 'running'
  if (paused) return 'paused'
  return totals.waiting > 0 && totals.retrying === 0 ? 'waiting' : 'running'
}

function foldEvent(view: MutableRunView, event: RunEvent, at: number): void {
  switch (event.type) {
    case 'run-started':
      view.startedAt = at
      view.inputs = event.inputs
      view.source = event.source ?? null
      return
    case 'run-claimed':
      return
    case 'cancel-requested':
      view.cancelRequested = true
      return resume(view)
    case 'limit-reached':
      view.limitReached = event.error
      return resume(view)
    case 'run-paused': {
      const { path = null, reason, by = null } = event
      view.paused = { path, reason, by, at }
      if (path !== null) setStep(view, path, { status: 'paused' })
      return
    }
    case 'run-resumed':
      return resume(view)
    case 'run-succeeded':
      view.outputs = event.outputs
      return endRun(view, 'succeeded', at, event.durationMs)
    case 'run-failed':
      view.error = event.error
      return endRun(view, 'failed', at, event.durationMs)
    case 'run-cancelled':
      return endRun(view, 'cancelled', at, event.durationMs)
    case 'item-finished':
      return finishItem(view, event)
    default:
      foldStep(view, event, at)
  }
}

function resume(view: MutableRunView): void {
  const path = view.paused?.path ?? null
  view.paused = null
  if (path !== null && view.steps.get(path)?.status === 'paused') setStep(view, path, { status: 'queued' })
}

function endRun(view: MutableRunView, status: RunStatus, at: number, durationMs: number): void {
  view.status = status
  view.paused = null
  view.finishedAt = at
  view.durationMs = durationMs
}

const isAtWork = ({ status, entered }: StepView): boolean => status === 'running' && !entered

function setStep(view: MutableRunView, path: string, change: Partial<StepView>): void {
  const before = view.steps.get(path)
  const after: StepView = before ? { ...before, ...change } : { ...idleStep, path, ...change }
  if (before) {
    if (before.status in view.totals) view.totals[before.status as keyof RunTotals] -= 1
    if (isAtWork(before)) view.working -= 1
  }
  if (after.status in view.totals) view.totals[after.status as keyof RunTotals] += 1
  if (isAtWork(after)) view.working += 1
  view.steps.set(path, after)
}

const itemPathPattern = /^(.*)\[(\d+)\]$/

function finishItem(view: MutableRunView, event: Extract<RunEvent, { type: 'item-finished' }>): void {
  const match = itemPathPattern.exec(event.path)
  const container = match && view.steps.get(match[1]!)
  if (!container) return
  const { items, loop } = container
  if (loop) {
    const state: StoredValue = event.state ?? loop.state
    view.steps.set(container.path, { ...container, loop: { ...loop, turns: loop.turns + 1, state } })
  } else if (items) {
    const failures = event.error ? [{ index: Number(match[2]), error: event.error }] : []
    const stopped = items.stopped || event.stop === true
    view.steps.set(container.path, { ...container, items: { ...progressed(items, 1, failures), stopped } })
  }
}

function progressed(
  items: ItemProgress,
  done: number,
  failed: readonly { index: number; error: ErrorInfo }[],
): ItemProgress {
  const room = shownFailures - items.failures.length
  const failures = failed.length > 0 && room > 0 ? [...items.failures, ...failed.slice(0, room)] : items.failures
  return { ...items, done: items.done + done, failed: items.failed + failed.length, failures }
}

type StepEvent = Extract<
  RunEvent,
  { type: `step-${string}` | 'map-expanded' | 'loop-entered' | 'body-entered' | 'part-finished' | 'value-edited' }
>

/** The changes most events are: what becomes of one path. */
function foldStep(view: MutableRunView, event: StepEvent, at: number): void {
  const { path } = event
  const before = view.steps.get(path)
  switch (event.type) {
    case 'step-started':
      return setStep(view, path, {
        status: 'running',
        attempt: event.attempt,
        inputs: event.inputs,
        startedAt: before?.startedAt ?? at,
        resumeAt: null,
        heldBy: null,
        entered: false,
        failing: null,
        items: null,
        loop: null,
      })
    case 'step-held':
      return setStep(view, path, { status: 'queued', heldBy: event.limit })
    case 'step-retried': {
      const { error, resumeAt } = event
      const fallback = event.fallback ? error : (before?.fallback ?? null)
      return setStep(view, path, { status: 'retrying', error, resumeAt, fallback, failing: null })
    }
    case 'step-parked':
      return setStep(view, path, { status: 'waiting', attempt: event.attempt, wait: event.wait, waitingSince: at })
    case 'step-succeeded':
      return setStep(view, path, {
        status: 'succeeded',
        attempt: event.attempt,
        startedAt: before?.startedAt ?? (event.reused ? at : null),
        finishedAt: at,
        durationMs: event.durationMs,
        output: event.output,
        ports: event.ports,
        cached: event.cached ?? false,
        reused: event.reused ?? null,
        fallback: event.fallback ?? before?.fallback ?? null,
        ends: event.ends ?? null,
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
        output: event.output ?? null,
        resumeAt: null,
        failing: null,
      })
    case 'step-skipped':
      return setStep(view, path, { status: 'skipped', finishedAt: at, skippedBecause: event.reason })
    case 'step-cancelled':
      return setStep(view, path, { status: 'cancelled', finishedAt: at, resumeAt: null, failing: null })
    case 'step-failing':
      return setStep(view, path, { failing: event.error })
    case 'value-edited':
      return setStep(view, path, { output: event.output, editedBy: event.by })
    default:
      return foldBody(view, event, before)
  }
}

type BodyEvent = Extract<
  StepEvent,
  { type: 'map-expanded' | 'loop-entered' | 'body-entered' | 'step-yielded' | 'part-finished' }
>

function foldBody(view: MutableRunView, event: BodyEvent, before: StepView | undefined): void {
  const { path } = event
  switch (event.type) {
    case 'map-expanded':
      return setStep(view, path, { entered: true, items: itemsOf(view, event) })
    case 'loop-entered':
      return setStep(view, path, { entered: true, loop: { turns: 0, limit: event.limit, state: event.state } })
    case 'body-entered':
      return setStep(view, path, { entered: true, calledWith: event.inputs ?? null })
    case 'step-yielded': {
      const yielded = event.from + event.count
      setStep(view, path, { yielded })
      for (const reader of before?.readers ?? []) {
        const items = view.steps.get(reader)?.items
        if (items) setStep(view, reader, { items: { ...items, count: Math.ceil(yielded / items.batch) } })
      }
      return
    }
    case 'part-finished': {
      const items = before?.items
      if (!items?.parts) return
      const { runId, from, count, errors } = event
      const { parts } = items
      const run = { runId, from, count, failed: errors.length }
      const next = { ...parts, done: parts.done + 1, runs: [...parts.runs, run] }
      return setStep(view, path, { items: { ...progressed(items, count, errors), parts: next } })
    }
  }
}

function itemsOf(view: MutableRunView, event: Extract<BodyEvent, { type: 'map-expanded' }>): ItemProgress {
  const { concurrency, batch = 1, stream = null, partSize } = event
  const producer = stream === null ? undefined : view.steps.get(stream)
  if (producer) setStep(view, producer.path, { readers: [...producer.readers, event.path] })
  const count = Math.ceil((producer?.yielded ?? event.count) / batch)
  const parts =
    partSize === undefined ? null : { size: partSize, count: Math.ceil(count / partSize), done: 0, runs: [] }
  return { count, done: 0, failed: 0, concurrency, failures: [], batch, stream, stopped: false, parts }
}
