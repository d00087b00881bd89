import type { JsonValue } from '#pipeline/document.ts'
import type { Attempt } from '../attempt.ts'
import { keepList } from '../containers/load-item.ts'
import { isFinal, type NodeState, streamBacklog } from '../core/core.ts'
import type { RunHost } from '../run-host.ts'
import { toJson } from '../to-json.ts'

/** A step is held back once its slowest reader is this many items behind. */
const windowItems = 1_000

/** Hands the items of one attempt of a streaming step on, and holds the step back while its readers are behind. */
export class StreamWriter {
  readonly #host: RunHost
  readonly #attempt: Attempt
  /** Items that an earlier attempt, or this one before a crash, has handed on already. */
  #known: number
  #total: number
  /** The last yield; they are recorded in the order they were made. */
  #last: Promise<void> = Promise.resolve()
  #room: PromiseWithResolvers<void> | null = null

  constructor(host: RunHost, attempt: Attempt) {
    this.#host = host
    this.#attempt = attempt
    this.#total = attempt.node.stream?.total ?? 0
    this.#known = this.#total
  }

  /** Resolves once there is room for more; rejects when the attempt is over. */
  yield(items: readonly JsonValue[]): Promise<void> {
    const yielded = this.#last.then(() => this.#yield(items))
    this.#last = yielded.catch(() => {})
    return yielded
  }

  /** Readers may have moved on. */
  moved(): void {
    if (this.#hasRoom()) this.#room?.resolve()
  }

  async #yield(items: readonly JsonValue[]): Promise<void> {
    const fresh = items.slice(Math.min(this.#known, items.length))
    this.#known -= items.length - fresh.length
    this.#refuseWhenOver()
    if (!this.#isRead()) return
    if (fresh.length > 0) await this.#record(fresh)
    this.#refuseWhenOver()
    if (!this.#hasRoom()) await this.#waitForRoom()
  }

  #refuseWhenOver(): void {
    const { over, controller } = this.#attempt
    if (over || controller.signal.aborted) throw controller.signal.reason ?? new Error('the step has ended')
  }

  async #record(items: JsonValue[]): Promise<void> {
    const { environment, redactor } = this.#host
    const clean = redactor.value(toJson(items) as JsonValue[])
    const stored = await environment.values.store(clean, { once: true })
    this.#refuseWhenOver()
    const { node, number: attempt } = this.#attempt
    const from = this.#total
    this.#total += items.length
    keepList(stored, clean)
    this.#host.emit({ type: 'step-yielded', path: node.path, attempt, from, count: items.length, items: stored })
  }

  async #waitForRoom(): Promise<void> {
    const { signal } = this.#attempt.controller
    const room = Promise.withResolvers<void>()
    this.#room = room
    const giveUp = (): void => room.reject(signal.reason)
    signal.addEventListener('abort', giveUp, { once: true })
    this.#host.heldStreams.add(this)
    try {
      await room.promise
    } finally {
      this.#host.heldStreams.delete(this)
      signal.removeEventListener('abort', giveUp)
      this.#room = null
    }
  }

  /** Whether anything that hangs on the stream is not through yet. */
  #isRead(): boolean {
    return this.#readers().some((reader) => !isFinal(reader))
  }

  #hasRoom(): boolean {
    const { node } = this.#attempt
    // A map that wants many items at once is never kept waiting for them.
    const wanted = this.#readers().map(({ container }) => (container?.kind === 'map' ? container.batch * 2 : 0))
    return streamBacklog(node) < Math.max(windowItems, ...wanted)
  }

  #readers(): NodeState[] {
    const { step, frame } = this.#attempt.node
    return step.edgesOut.flatMap(({ to, port }) => (port === 'stream' ? [frame.nodes[to]!] : []))
  }
}
