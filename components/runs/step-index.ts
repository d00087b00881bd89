import type { StepRunInfo } from '#components/editor/editor.ts'
import type { LiveMessage } from '#components/api/api.tsx'
import type { StepStatus } from '#pipeline/events.ts'
import { type RunView, stepViewOf, type StepView } from '#pipeline/run-view.ts'
import { documentPathOf } from './document-path.ts'
import { skipWords } from './skip-words.ts'

type Delta = Extract<LiveMessage, { topic: 'run'; kind: 'delta' }>['delta']

interface BodyStep {
  /** Status last counted, by run path. */
  statuses: Map<string, StepStatus>
  counts: Partial<Record<StepStatus, number>>
  /** Run path with the newest news, and those of the newest output and failure. */
  latest: string
  latestOutput: string | null
  latestFailure: string | null
}

/** Gathers run paths under the document path of their step, so that a step in a map's body shows all its items together. */
export class StepIndex {
  #bodies = new Map<string, BodyStep>()
  #streams = new Map<string, { attempt: number; text: string }>()
  #progress = new Map<string, StepRunInfo['progress']>()

  /** Takes the change of one run path into the counts. */
  update(runPath: string, _before: RunView, after: RunView): void {
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

  infoOf(path: string, view: RunView): StepRunInfo | undefined {
    const body = this.#bodies.get(path)
    if (body) return this.#bodyInfo(path, body, view)
    const step = view.steps.get(path)
    return step ? this.#stepInfo(step, path) : undefined
  }

  #stepInfo(step: StepView, path: string): StepRunInfo {
    const output = step.output === null ? undefined : 'value' in step.output ? step.output.value : step.output.preview
    return {
      status: step.status,
      ...(step.durationMs === null ? {} : { durationMs: step.durationMs }),
      ...(step.startedAt === null ? {} : { startedAt: step.startedAt }),
      attempt: step.attempt,
      cached: step.cached,
      ...(output === undefined ? {} : { output }),
      ...(step.output && 'blob' in step.output && step.output.lengths ? { lengths: step.output.lengths } : {}),
      ...(this.#streams.has(step.path) ? { streamedText: this.#streams.get(step.path)!.text } : {}),
      ...(step.error ? { error: step.error } : {}),
      ...(step.items
        ? { progress: { done: step.items.done, total: step.items.count, failed: step.items.failed } }
        : this.#progress.has(path)
          ? { progress: this.#progress.get(path) }
          : {}),
      takenPorts: step.ports,
      ...(step.skippedBecause ? { skippedBecause: skipWords[step.skippedBecause] } : {}),
    }
  }

  #bodyInfo(path: string, body: BodyStep, view: RunView): StepRunInfo {
    const count = (status: StepStatus): number => body.counts[status] ?? 0
    const running = count('running') + count('retrying')
    const finished = count('succeeded') + count('failed') + count('skipped') + count('cancelled')
    const status: StepStatus =
      running > 0
        ? 'running'
        : count('succeeded') > 0
          ? 'succeeded'
          : count('failed') > 0
            ? 'failed'
            : count('cancelled') > 0
              ? 'cancelled'
              : 'skipped'
    const shown = stepViewOf(view, body.latestOutput ?? body.latest)
    const info = this.#stepInfo(shown, path)
    const failure = body.latestFailure === null ? null : stepViewOf(view, body.latestFailure).error
    const stream = running > 0 ? this.#streams.get(body.latest) : undefined
    return {
      status,
      attempt: info.attempt,
      ...(info.output === undefined ? {} : { output: info.output }),
      ...(info.lengths ? { lengths: info.lengths } : {}),
      ...(stream ? { streamedText: stream.text } : {}),
      ...(failure ? { error: failure } : {}),
      items: {
        total: running + finished,
        running,
        succeeded: count('succeeded'),
        failed: count('failed'),
        skipped: count('skipped'),
      },
      takenPorts: info.takenPorts,
    }
  }
}
