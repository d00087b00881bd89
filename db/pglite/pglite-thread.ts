import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { ThreadData, ThreadError, ThreadMessage, ThreadRequest, ThreadResult } from './messages.ts'

interface Waiting {
  resolve: (result: unknown) => void
  reject: (error: Error) => void
}

/** Options as drizzle gives them. */
interface QueryOptions {
  rowMode?: 'array' | 'object'
  parsers?: Record<number, unknown>
}

/** The part of PGlite that drizzle and pg-boss use of a connection or a transaction. */
export interface PgliteStatements {
  query(text: string, parameters?: unknown[], options?: QueryOptions): Promise<ThreadResult>
  exec(text: string): Promise<ThreadResult[]>
}

const toError = ({ message, ...fields }: ThreadError) => Object.assign(new Error(message), fields)

/** PGlite in a worker thread: the same methods, so that drizzle and pg-boss take it for PGlite, and a heavy query blocks nobody. */
export class PgliteThread implements PgliteStatements {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #notifications = new EventEmitter().setMaxListeners(0)
  /** Why it cannot answer any more. */
  #gone: Error | undefined
  #lastId = 0

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (message: ThreadMessage) => this.#receive(message))
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', (code) => this.#fail(new Error(`the thread ended with code ${code}`)))
  }

  /** Opens (and makes, if need be) the database; throws `database-unavailable` when PGlite cannot. */
  static async open(data: ThreadData): Promise<PgliteThread> {
    const worker = new Worker(join(import.meta.dirname, 'thread.ts'), { workerData: data })
    await new Promise<void>((resolve, reject) => {
      const fail = (cause: unknown) => {
        const message = `cannot open the embedded database in ${data.dataDir}: ${cause instanceof Error ? cause.message : cause}`
        reject(new OrchestratorError('database-unavailable', message, { cause }))
      }
      worker.once('error', fail)
      worker.once('message', (message: ThreadMessage) => {
        worker.off('error', fail)
        if (message.kind === 'failed') {
          fail(toError(message.error))
          void worker.terminate()
        } else resolve()
      })
    })
    return new PgliteThread(worker)
  }

  query(text: string, parameters?: unknown[], options?: QueryOptions): Promise<ThreadResult> {
    return this.#statements().query(text, parameters, options)
  }

  /** Keeps the statement parsed and planned: for what runs many times a second. */
  prepared(text: string, parameters?: unknown[]): Promise<ThreadResult> {
    return this.#ask({ kind: 'prepared', text, parameters }) as Promise<ThreadResult>
  }

  exec(text: string): Promise<ThreadResult[]> {
    return this.#statements().exec(text)
  }

  async transaction<Result>(work: (transaction: PgliteStatements) => Promise<Result>): Promise<Result> {
    const id = this.#lastId + 1
    await this.#ask({ kind: 'begin' })
    try {
      const result = await work(this.#statements(id))
      await this.#ask({ kind: 'end', transaction: id, commit: true })
      return result
    } catch (error) {
      // Already over when the commit itself failed.
      await this.#ask({ kind: 'end', transaction: id, commit: false }).catch(() => {})
      throw error
    }
  }

  async listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>> {
    // A function of its own per call, so that the same one given twice is two listeners.
    const listener = (payload: string) => onPayload(payload)
    this.#notifications.on(channel, listener)
    if (this.#notifications.listenerCount(channel) === 1) await this.#ask({ kind: 'listen', channel })
    return async () => {
      this.#notifications.off(channel, listener)
      if (this.#notifications.listenerCount(channel) === 0 && !this.#gone)
        await this.#ask({ kind: 'unlisten', channel })
    }
  }

  /** The directory as a tar. */
  async dump(): Promise<Uint8Array> {
    return (await this.#ask({ kind: 'dump' })) as Uint8Array
  }

  async close(): Promise<void> {
    if (this.#gone) return
    await this.#ask({ kind: 'close' })
    this.#fail(new OrchestratorError('database-unavailable', 'the database has been closed', { retryable: false }))
    await this.#worker.terminate()
  }

  #statements(transaction?: number): PgliteStatements {
    return {
      query: (text, parameters, options) => {
        const unparsed = options?.parsers && Object.keys(options.parsers).map(Number)
        const kept = options && { rowMode: options.rowMode, unparsed }
        return this.#ask({ kind: 'query', text, parameters, options: kept, transaction }) as Promise<ThreadResult>
      },
      exec: (text) => this.#ask({ kind: 'exec', text, transaction }) as Promise<ThreadResult[]>,
    }
  }

  #ask(request: ThreadRequest): Promise<unknown> {
    if (this.#gone) return Promise.reject(this.#gone)
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, ...request })
    })
  }

  #receive(message: ThreadMessage): void {
    if (message.kind === 'notification') this.#notifications.emit(message.channel, message.payload)
    if (message.kind !== 'answer') return
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.error) waiting?.reject(toError(message.error))
    else waiting?.resolve(message.result)
  }

  #fail(cause: Error): void {
    if (this.#gone) return
    const message = `the embedded database stopped: ${cause.message}`
    this.#gone =
      cause instanceof OrchestratorError ? cause : new OrchestratorError('database-unavailable', message, { cause })
    for (const { reject } of this.#waiting.values()) reject(this.#gone)
    this.#waiting.clear()
  }
}
