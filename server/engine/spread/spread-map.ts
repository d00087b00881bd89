import type { RunPart } from '#db/schema/runs.ts'
import { patiently } from '../patiently.ts'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StoredValue } from '#pipeline/events.ts'
import { isFinal, type MapState, type NodeState } from '../core/core.ts'
import type { RunHost } from '../run-host.ts'
import { namesOf } from '../step-settings.ts'
import { partsAtOnce } from './may-spread.ts'
import type { PartOutput } from './part-output.ts'
import type { MapOfRun, NewPart, PartRow } from './part-store.ts'

/** What a lost notification costs at most. */
const lookAgainMs = 2_000
const awayMs = 600_000

/** What a spread map needs of the world; the database is PostgreSQL. */
export interface SpreadStore {
  findParts(map: MapOfRun): Promise<PartRow[]>
  /** Makes child runs and queues them, unless the run was taken over. */
  makeParts(map: MapOfRun, parts: readonly NewPart[]): Promise<void>
  countWorkers(runId: string): Promise<number>
}

/** One map whose items child runs work on: makes them, a few at a time, and takes what they come to. */
export class SpreadMap {
  readonly #host: RunHost
  readonly #node: NodeState
  readonly #map: MapState
  readonly #store: SpreadStore
  readonly #id: MapOfRun
  #wake = (): void => {}
  #told = false

  constructor(host: RunHost, node: NodeState, store: SpreadStore) {
    this.#host = host
    this.#node = node
    this.#map = node.container as MapState
    this.#store = store
    this.#id = { runId: host.task.runId, path: node.path, attempt: node.attempt }
  }

  /** A child run has ended. */
  look(): void {
    this.#told = true
    this.#wake()
  }

  /** Resolves when there is nothing more to do for it. Never rejects. */
  async work(): Promise<void> {
    try {
      const scope = await this.#scope()
      while (this.#isOpen) {
        this.#told = false
        const parts = await patiently(() => this.#store.findParts(this.#id), awayMs)
        for (const part of parts) if (this.#isOpen && !this.#map.parts!.done.has(part.from)) await this.#take(part)
        if (!this.#isOpen) return
        const fresh = await this.#nextParts(parts, scope)
        if (fresh.length > 0) await patiently(() => this.#store.makeParts(this.#id, fresh), awayMs)
        if (!this.#told && this.#isOpen) await this.#pause()
      }
    } catch (error) {
      if (!this.#isOpen) return
      const { path, attempt } = this.#node
      const info = this.#host.redactor.error(toInfo(error, path))
      this.#host.emit({ type: 'step-failing', path, attempt, error: info })
    }
  }

  get #isOpen(): boolean {
    const { node } = { node: this.#node }
    return !this.#host.halted && node.container === this.#map && node.ending === null && !isFinal(node)
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, lookAgainMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** What a child run has come to, as an event of this one. */
  async #take(part: PartRow): Promise<void> {
    const { id, status, from, count, stepsDone, stepsFailed, costUsd } = part
    if (status !== 'succeeded' && status !== 'failed' && status !== 'cancelled') return
    const error = part.error ?? {
      code: 'step-cancelled',
      message: `the run ${id}, which worked on items ${from} to ${from + count - 1}, was cancelled`,
    }
    if (status !== 'succeeded' && this.#map.itemErrors !== 'fail') {
      throw new OrchestratorError(error.code, error.message, { ...error, retryable: true })
    }
    const { items, errors }: PartOutput =
      status === 'succeeded'
        ? ((await this.#host.environment.values.load(part.outputs as StoredValue)) as unknown as PartOutput)
        : { items: { value: [] }, errors: [{ index: indexOf(error.step, this.#node.path) ?? from, error }] }
    if (!this.#isOpen) return
    this.#host.emit({
      type: 'part-finished',
      path: this.#node.path,
      runId: id,
      from,
      count,
      outputs: items,
      errors,
      // The map itself is a step of the child run, too: here it is counted when it ends.
      stepsDone: status === 'succeeded' ? stepsDone - 1 : stepsDone,
      stepsFailed: status === 'failed' ? Math.max(0, stepsFailed - 1) : stepsFailed,
      costUsd,
    })
  }

  /** Parts to be made now: as many as may be worked on at once, and no more items than may. */
  async #nextParts(made: readonly PartRow[], scope: StoredValue): Promise<NewPart[]> {
    const { count, concurrency, parts, itemErrors, keep } = this.#map
    const { size } = parts!
    const known = new Set(made.map(({ from }) => from))
    const open = made.filter(({ from, status }) => !parts!.done.has(from) && !isEnd(status))
    const missing: number[] = []
    for (let from = 0; from < count; from += size) if (!known.has(from) && !parts!.done.has(from)) missing.push(from)
    if (missing.length === 0) return []
    const atOnce = partsAtOnce(await patiently(() => this.#store.countWorkers(this.#id.runId), awayMs), concurrency)
    const fair = Math.max(1, Math.floor(concurrency / atOnce))
    let left = concurrency - open.reduce((sum, part) => sum + part.concurrency, 0)
    let room = atOnce - open.length
    const fresh: NewPart[] = []
    const items = await this.#items()
    for (const from of missing) {
      if (room <= 0 || left <= 0) break
      const own = items.slice(from, from + size)
      const part: RunPart = {
        path: this.#node.path,
        attempt: this.#node.attempt,
        from,
        count: own.length,
        items: await this.#host.environment.values.store(own),
        concurrency: room === 1 && open.length === 0 && fresh.length === 0 ? left : Math.min(left, fair),
        itemErrors,
        keep,
        scope,
      }
      fresh.push({ part, inputs: this.#node.frame.scope.inputs })
      left -= part.concurrency
      room -= 1
    }
    return fresh
  }

  async #items(): Promise<JsonValue[]> {
    return (await this.#host.environment.values.load(this.#map.items)) as JsonValue[]
  }

  /** What the steps inside see from around the map, and the run they belong to. */
  async #scope(): Promise<StoredValue> {
    const { step, frame } = { step: this.#node.step.step, frame: this.#node.frame }
    const { items: _, ...settings } = step.with ?? {}
    const names = await namesOf(this.#host, frame, [settings, step.steps ?? []])
    const { runId } = this.#id
    const run = { id: runId, started_at: new Date(this.#host.state.startedAt).toISOString() }
    return this.#host.environment.values.store({ ...(names as Record<string, JsonValue>), run })
  }
}

const isEnd = (status: PartRow['status']): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled'

/** `each[7].x` of the map `each`: 7. */
function indexOf(step: string | undefined, path: string): number | null {
  if (!step?.startsWith(`${path}[`)) return null
  return Number.parseInt(step.slice(path.length + 1), 10)
}

function toInfo(error: unknown, path: string) {
  const info = error instanceof OrchestratorError ? error.info : null
  return info
    ? { ...info, step: info.step ?? path }
    : { code: 'internal' as const, message: error instanceof Error ? error.message : String(error), step: path }
}
