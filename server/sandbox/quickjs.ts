import { Worker } from 'node:worker_threads'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { CodeRunOptions, StepCode } from '#server/steps/define-step.ts'
import type { CodeAnswer, CodeJob } from './code-messages.ts'

/** A job that waits for a thread or for its answer. */
interface Pending {
  job: CodeJob
  options: CodeRunOptions
  resolve(answer: CodeAnswer): void
  reject(error: Error): void
}

interface Slot {
  worker: Worker
  jobs: number
  pending: Pending | null
}

/** WebAssembly memory never shrinks, so a thread is replaced after this many jobs. */
const jobsPerWorker = 500
/** How long past its limit a thread may take to answer before it is killed. */
const graceMs = 1_000

const cancelled = () => new OrchestratorError('step-cancelled', 'The code was cancelled.', { retryable: false })

/** A pool of QuickJS worker threads that runs user code; threads start when needed and do not keep the process alive. */
export function createCodeRunner(options: { threads?: number } = {}): StepCode & { close(): Promise<void> } {
  const threads = options.threads ?? 2
  const slots = new Set<Slot>()
  const queue: Pending[] = []
  let closed = false

  function startSlot(): Slot {
    const worker = new Worker(new URL('./quickjs-worker.ts', import.meta.url), {
      // The parent's flags (test runners, loaders) and environment are none of the sandbox's business.
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    })
    const slot: Slot = { worker, jobs: 0, pending: null }
    slots.add(slot)
    const broken = (error: Error) => {
      slots.delete(slot)
      const pending = slot.pending
      slot.pending = null
      pending?.reject(error)
      pump()
    }
    worker.on('message', (answer: CodeAnswer) => {
      const pending = slot.pending
      slot.pending = null
      pending?.resolve(answer)
      worker.unref()
      // After an out-of-memory the module keeps the grown memory; a fresh thread gives it back.
      if (slot.jobs >= jobsPerWorker || (!answer.ok && answer.reason === 'memory')) retire(slot)
      pump()
    })
    worker.on('error', (error) => {
      const outOfMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
      broken(outOfMemory ? memoryError(slot.pending?.job) : error)
    })
    worker.on('exit', () => broken(new OrchestratorError('code-limit', 'The code broke the sandbox and was stopped.')))
    return slot
  }

  function retire(slot: Slot): void {
    slots.delete(slot)
    void slot.worker.terminate()
  }

  function pump(): void {
    while (queue.length > 0 && !closed) {
      let slot = [...slots].find((each) => each.pending === null)
      if (!slot && slots.size < threads) slot = startSlot()
      if (!slot) return
      const pending = queue.shift()
      if (!pending) return
      start(slot, pending)
    }
  }

  function start(slot: Slot, { job, options: runOptions, resolve, reject }: Pending): void {
    const stop = (error: Error) => {
      const active = slot.pending
      slot.pending = null
      retire(slot)
      active?.reject(error)
      pump()
    }
    const onAbort = () => stop(cancelled())
    // The interrupt handler inside ends ordinary loops; this ends what never reaches it.
    const watchdog = setTimeout(() => stop(timeError(job)), job.timeoutMs + graceMs)
    const settle = () => {
      clearTimeout(watchdog)
      runOptions.signal?.removeEventListener('abort', onAbort)
    }
    slot.jobs += 1
    slot.pending = {
      job,
      options: runOptions,
      resolve(answer) {
        settle()
        resolve(answer)
      },
      reject(error) {
        settle()
        reject(error)
      },
    }
    runOptions.signal?.addEventListener('abort', onAbort, { once: true })
    slot.worker.ref()
    slot.worker.postMessage(job)
  }

  return {
    async run(code, input, limits, runOptions = {}) {
      if (closed) throw new OrchestratorError('internal', 'The code runner is closed.')
      if (runOptions.signal?.aborted) throw cancelled()
      const job: CodeJob = { code, input: JSON.stringify(input ?? null) ?? 'null', ...limits }
      const answer = await new Promise<CodeAnswer>((resolve, reject) => {
        const pending: Pending = { job, options: runOptions, resolve, reject }
        queue.push(pending)
        runOptions.signal?.addEventListener(
          'abort',
          () => {
            const index = queue.indexOf(pending)
            if (index < 0) return
            queue.splice(index, 1)
            reject(cancelled())
          },
          { once: true },
        )
        pump()
      })
      for (const { level, message } of answer.logs) runOptions.onLog?.(level, message)
      if (answer.ok) return JSON.parse(answer.output) as JsonValue
      throw answerError(answer, job)
    },
    async close() {
      closed = true
      for (const pending of queue.splice(0)) pending.reject(cancelled())
      await Promise.all([...slots].map((slot) => slot.worker.terminate()))
    },
  }
}

const timeError = (job: CodeJob) =>
  new OrchestratorError('code-limit', `The code ran longer than its limit of ${job.timeoutMs} ms and was stopped.`, {
    fix: 'Look for a loop that does not end, or raise the time limit.',
    retryable: false,
  })

const memoryError = (job: CodeJob | undefined) =>
  new OrchestratorError('code-limit', `The code used more than its limit of ${job?.memoryMb ?? 512} MB of memory.`, {
    fix: 'Work on fewer items at a time, or raise the memory limit.',
    retryable: false,
  })

function answerError(answer: Extract<CodeAnswer, { ok: false }>, job: CodeJob): OrchestratorError {
  if (answer.reason === 'time') return timeError(job)
  if (answer.reason === 'memory') return memoryError(job)
  if (answer.reason === 'stack') {
    return new OrchestratorError('code-limit', 'The code called itself too deeply.', {
      fix: 'Look for a recursion that does not end, or use a loop.',
      retryable: false,
    })
  }
  const { line, column } = answer
  const where = line === undefined ? '' : ` (line ${line}${column === undefined ? '' : `, column ${column}`})`
  return new OrchestratorError('code-failed', `${answer.message}${where}`, {
    retryable: false,
    details: { ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
  })
}
