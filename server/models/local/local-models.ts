import { Worker } from 'node:worker_threads'
import type { LocalModelOptions, StepModels } from '#server/steps/define-step.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { FromThread, LocalKind, LocalRequests } from './local-request.ts'

/** The models that ship with the product: no key, no network, no cost. They work in a thread of their own. */
export interface LocalModels extends Pick<StepModels, 'embed' | 'sentiment' | 'entities' | 'ocr'> {
  /** Whether the thread is up, and with it the memory of the models in use. */
  readonly isLoaded: boolean
  /** Stops the thread; a later call starts it again. */
  close(): Promise<void>
}

interface Pending {
  resolve: (result: never) => void
  reject: (error: OrchestratorError) => void
}

/** Texts per message: an abort takes effect between two messages. */
const batchSize = 256

const cancelled = () =>
  new OrchestratorError('step-cancelled', 'The call to a built-in model was cancelled', { retryable: false })

/** Starts the thread at the first call and ends it when it has been idle for `idleMs` (5 minutes when absent). */
export function createLocalModels({ idleMs = 5 * 60_000 }: { idleMs?: number } = {}): LocalModels {
  let worker: Worker | undefined
  let nextId = 1
  let idleTimer: NodeJS.Timeout | undefined
  const pending = new Map<number, Pending>()

  function settle(id: number): Pending | undefined {
    const waiting = pending.get(id)
    pending.delete(id)
    if (pending.size === 0) {
      // An idle thread keeps no command from ending.
      worker?.unref()
      idleTimer = setTimeout(() => void stop(), idleMs).unref()
    }
    return waiting
  }

  function failAll(message: string): void {
    worker = undefined
    const failed = [...pending.values()]
    pending.clear()
    for (const { reject } of failed) reject(new OrchestratorError('model-failed', message))
  }

  function start(): Worker {
    // Options of the command line (a test runner's loader, --inspect) are not for this thread.
    const started = new Worker(new URL('./thread.ts', import.meta.url), { execArgv: [], name: 'local-models' })
    started.on('message', (message: FromThread) => {
      const waiting = settle(message.id)
      if ('error' in message) {
        const { code, message: text } = message.error
        waiting?.reject(new OrchestratorError(code, text, { retryable: code !== 'invalid-request' }))
      } else waiting?.resolve(message.result as never)
    })
    started.on('error', (error: Error) => {
      if (worker === started) failAll(`A built-in model crashed: ${error.message}`)
    })
    started.on('exit', () => {
      if (worker === started) failAll('The thread of the built-in models has ended')
    })
    return started
  }

  async function stop(): Promise<void> {
    clearTimeout(idleTimer)
    const stopping = worker
    failAll('The built-in models were closed')
    await stopping?.terminate()
  }

  function call<Kind extends LocalKind>(
    kind: Kind,
    payload: LocalRequests[Kind]['payload'],
    signal: AbortSignal | undefined,
  ): Promise<LocalRequests[Kind]['result']> {
    if (signal?.aborted) return Promise.reject(cancelled())
    clearTimeout(idleTimer)
    const thread = (worker ??= start())
    thread.ref()
    const id = nextId++
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        thread.postMessage({ cancel: id })
        settle(id)?.reject(cancelled())
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      const done = () => signal?.removeEventListener('abort', onAbort)
      pending.set(id, {
        resolve: (result) => {
          done()
          resolve(result)
        },
        reject: (error) => {
          done()
          reject(error)
        },
      })
      thread.postMessage({ id, kind, payload })
    })
  }

  const inBatches =
    <Kind extends 'embed' | 'sentiment' | 'entities'>(kind: Kind) =>
    async (texts: string[], { signal }: LocalModelOptions = {}): Promise<LocalRequests[Kind]['result']> => {
      const results: LocalRequests[Kind]['result'][] = []
      for (let at = 0; at < texts.length; at += batchSize) {
        results.push(await call(kind, texts.slice(at, at + batchSize), signal))
      }
      return results.flat() as LocalRequests[Kind]['result']
    }

  return {
    embed: inBatches('embed'),
    sentiment: inBatches('sentiment'),
    entities: inBatches('entities'),
    ocr: (image, language = 'eng', { signal } = {}) => call('ocr', { image, language }, signal),
    get isLoaded() {
      return worker !== undefined
    },
    close: stop,
  }
}
