import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type FuzzKind, fuzzInput } from './inputs.ts'
import type { FuzzMessage, FuzzTask } from './thread.ts'

export interface FuzzOptions {
  kind: FuzzKind
  count: number
  seed: number
  /** Number of the first input; 0 when absent. */
  from?: number
  /** Stops after that time, whatever is left. */
  limitMs?: number
  /** One input that takes longer counts as hanging. */
  hangMs?: number
  onProgress?: (done: number) => void
  /** The file of the thread, for tests of the watch itself. */
  thread?: string
}

export interface FuzzFinding {
  index: number
  kind: 'broken' | 'hang'
  error: string
  input: string
}

export interface FuzzReport {
  done: number
  findings: FuzzFinding[]
  slowest: { index: number; ms: number }
}

/**
 * Sends inputs through their check in a worker thread, watched by the clock: an input that ends the thread or takes longer
 * than `hangMs` is a finding like one whose check throws, and the rest go on in a new thread.
 */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const report: FuzzReport = { done: 0, findings: [], slowest: { index: -1, ms: 0 } }
  const first = options.from ?? 0
  const deadline = performance.now() + (options.limitMs ?? Number.POSITIVE_INFINITY)
  let next = first
  while (next < first + options.count && performance.now() < deadline) {
    next = await runThread({ ...options, from: next, to: first + options.count }, report, deadline)
    report.done = next - first
  }
  return report
}

/** One thread from its first input on; answers with the number the next one has to begin with. */
function runThread(
  options: FuzzOptions & { from: number; to: number },
  report: FuzzReport,
  deadline: number,
): Promise<number> {
  const { kind, seed, from, to, hangMs = 60_000, onProgress } = options
  const place = new SharedArrayBuffer(4)
  const current = new Int32Array(place)
  Atomics.store(current, 0, from)
  const workerData: FuzzTask = { kind, seed, from, to, place }
  const thread = new Worker(options.thread ?? join(import.meta.dirname, 'thread.ts'), { workerData })
  const add = (index: number, found: FuzzFinding['kind'], error: string): void => {
    report.findings.push({ index, kind: found, error, input: fuzzInput(kind, seed, index) })
  }

  return new Promise((resolve, reject) => {
    let since = performance.now()
    let seen = from
    let ready = false
    let broken: string | null = null
    let next: number | null = null
    const end = (index: number): void => {
      next = index
      void thread.terminate()
    }
    const watch = setInterval(() => {
      const index = Atomics.load(current, 0)
      if (index !== seen || !ready) {
        seen = index
        since = performance.now()
        onProgress?.(index)
      } else if (next === null && performance.now() - since > hangMs) {
        add(index, 'hang', `took longer than ${hangMs} ms`)
        end(index + 1)
      }
      if (next === null && performance.now() > deadline) end(index)
    }, 200)
    thread.on('message', (message: FuzzMessage) => {
      if (message.type === 'ready') ready = true
      else if (message.type === 'broken') add(message.index, 'broken', message.error)
      else if (message.ms > report.slowest.ms) report.slowest = { index: message.index, ms: message.ms }
    })
    thread.on('error', (error) => {
      broken = error instanceof Error ? (error.stack ?? error.message) : String(error)
    })
    thread.on('exit', () => {
      clearInterval(watch)
      const index = Atomics.load(current, 0)
      if (next !== null) resolve(next)
      else if (broken === null) resolve(index)
      else if (!ready) reject(new Error(`the thread did not start: ${broken}`))
      else {
        add(index, 'broken', `ended the thread: ${broken}`)
        resolve(index + 1)
      }
    })
  })
}
