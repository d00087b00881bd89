import type { StepRunInfo } from '#components/editor/editor.ts'
import type { LiveMessage } from '#components/api/api.tsx'
import type { StepStatus } from '#pipeline/events.ts'
import { type RunView, stepViewOf } from '#pipeline/run-view.ts'
import { type ChosenItems, isInChosen, isNarrowed } from './chosen-items.ts'
import { documentPathOf } from './document-path.ts'
import { stepInfoOf } from './step-info.ts'

type Delta = Extract<LiveMessage, { topic: 'run'; kind: 'delta' }>['delta']
type Counts = Partial<Record<StepStatus, number>>

/** All items of one step in the body of a map or loop, by document path. */
export interface BodyGroup {
  path: string
  counts: Counts
  /** Run paths with the newest news, the newest output and the newest failure. */
  latest: string
  latestOutput: string | null
  latestFailure: string | null
}

type BodyStep = Omit<BodyGroup, 'path'> & {
  /** Status last counted, by run path. */
  statuses: Map<string, StepStatus>
}

/** Gathers run paths under the document path of their step, so that a step in a map's body shows all its items together. */
export class StepIndex {
  #bodies = new Map<string, BodyStep>()
  #streams = new Map<string, { attempt: number; text: string }>()
  #progress = new Map<string, StepRunInfo['progress']>()

  /** Begins with what was counted elsewhere, and the run paths that are not over, which will be told of again. */
  seed(groups: readonly BodyGroup[], open: readonly { path: string; status: StepStatus }[]): void {
    for (const { path, ...group } of groups) {
      this.#bodies.set(path, { ...group, counts: { ...group.counts }, statuses: new Map() })
    }
    for (const { path, status } of open) this.#bodies.get(documentPathOf(path))?.statuses.set(path, status)
  }

  /** A run path that is in the counts already; false when its step is not counted at all. */
  know(runPath: string, status: StepStatus): boolean {
    const body = this.#bodies.get(documentPathOf(runPath))
    if (body && !body.statuses.has(runPath)) body.statuses.set(runPath, status)
    return body !== undefined
  }

  /** Takes the change of one run path into the counts. */
  update(runPath: string, after: RunView): void {
    const step = after.steps.get(runPath)
    if (!step) return
    if (step.status !== 'running') {
      this.#streams.delete(runPath)
      this.#progress.delete(documentPathOf(runPath))
    }
    const path = documentPathOf(runPath)
    if (path === runPath) return
    let body = this.#bodies.get(path)
    if (!body) {
      body = { statuses: new Map(), counts: {}, latest: runPath, latestOutput: null, latestFailure: null }
      this.#bodies.set(path, body)
    }
    const counted = body.statuses.get(runPath)
    if (counted) body.counts[counted] = (body.counts[counted] ?? 1) - 1
    body.counts[step.status] = (body.counts[step.status] ?? 0) + 1
    body.statuses.set(runPath, step.status)
    body.latest = runPath
    if (step.output) body.latestOutput = runPath
    if (step.status === 'failed') body.latestFailure = runPath
  }

  addDelta(runPath: string, attempt: number, delta: Delta, replace = false): void {
    if (delta.kind === 'text') {
      const stream = this.#streams.get(runPath)
      // A new attempt starts its text anew, and so does a stream that was opened again.
      const before = !replace && stream?.attempt === attempt ? stream.text : ''
      this.#streams.set(runPath, { attempt, text: before + delta.text })
    } else {
      const { done, total, failed, message } = delta
      this.#progress.set(documentPathOf(runPath), { done, total, failed, message })
    }
  }

  streamedText(runPath: string): string | undefined {
    return this.#streams.get(runPath)?.text
  }

  /** Whether this step stands in the body of a map or loop, and so has items. */
  hasItems(path: string): boolean {
    return this.#bodies.has(path)
  }

  /** Run paths known of a step in a body, within the chosen items. */
  runPathsOf(path: string, chosen: ChosenItems): string[] {
    return [...(this.#bodies.get(path)?.statuses.keys() ?? [])].filter((runPath) => isInChosen(runPath, chosen))
  }

  infoOf(path: string, view: RunView, chosen: ChosenItems): StepRunInfo | undefined {
    const body = this.#bodies.get(path)
    if (!body) return this.#single(path, view)
    if (!isNarrowed(path, chosen)) return this.#bodyInfo(body, view)
    const paths = this.runPathsOf(path, chosen)
    if (paths.length <= 1) return paths[0] === undefined ? undefined : this.#single(paths[0], view)
    return this.#bodyInfo(narrowed(paths, view), view)
  }

  #single(runPath: string, view: RunView): StepRunInfo | undefined {
    const step = view.steps.get(runPath)
    if (!step) return undefined
    const info = stepInfoOf(step)
    const text = this.#streams.get(runPath)?.text
    const progress = this.#progress.get(documentPathOf(runPath))
    if (text !== undefined) info.streamedText = text
    if (progress && !info.progress) info.progress = progress
    return info
  }

  #bodyInfo(body: Omit<BodyStep, 'statuses'>, view: RunView): StepRunInfo {
    const count = (status: StepStatus): number => body.counts[status] ?? 0
    const running = count('running') + count('retrying') + count('queued')
    const waiting = count('waiting') + count('paused')
    const finished = count('succeeded') + count('failed') + count('skipped') + count('cancelled')
    const latest = stepInfoOf(stepViewOf(view, body.latest))
    const shown = body.latestOutput === null ? latest : stepInfoOf(stepViewOf(view, body.latestOutput))
    const failure = body.latestFailure === null ? null : stepViewOf(view, body.latestFailure).error
    const stream = running > 0 ? this.#streams.get(body.latest) : undefined
    return {
      status: statusOf(count, running, waiting),
      attempt: shown.attempt,
      ...(shown.output === undefined ? {} : { output: shown.output }),
      ...(shown.lengths ? { lengths: shown.lengths } : {}),
      ...(shown.reused ? { reused: shown.reused } : {}),
      ...(latest.wait ? { wait: latest.wait } : {}),
      ...(latest.skippedBecause ? { skippedBecause: latest.skippedBecause } : {}),
      ...(stream ? { streamedText: stream.text } : {}),
      ...(failure ? { error: failure } : {}),
      items: {
        total: running + waiting + finished,
        running,
        waiting,
        succeeded: count('succeeded'),
        failed: count('failed'),
        skipped: count('skipped'),
      },
      takenPorts: shown.takenPorts,
    }
  }
}

/** Of all items together: what goes on first, then what was reached. */
function statusOf(count: (status: StepStatus) => number, running: number, waiting: number): StepStatus {
  if (running > 0) return 'running'
  if (waiting > 0) return count('waiting') > 0 ? 'waiting' : 'paused'
  if (count('succeeded') > 0) return 'succeeded'
  if (count('failed') > 0) return 'failed'
  return count('cancelled') > 0 ? 'cancelled' : 'skipped'
}

/** The group of these run paths alone. */
function narrowed(paths: readonly string[], view: RunView): Omit<BodyStep, 'statuses'> {
  const group: Omit<BodyStep, 'statuses'> = { counts: {}, latest: paths[0]!, latestOutput: null, latestFailure: null }
  for (const path of paths) {
    const { status, output } = stepViewOf(view, path)
    group.counts[status] = (group.counts[status] ?? 0) + 1
    group.latest = path
    if (output) group.latestOutput = path
    if (status === 'failed') group.latestFailure = path
  }
  return group
}
