import { setTimeout as wait } from 'node:timers/promises'
import { isConnectionError } from '#db/postgres/unavailable.ts'
import { OrchestratorError } from '#pipeline/errors.ts'

const longestDelayMs = 1_000

/**
 * Does the work again and again while the database cannot be reached (it restarts, or fails over), for `patienceMs` at most.
 * `retry` says that an earlier try may have been committed although it failed. Throws what the last try threw.
 */
export async function patiently<Result>(
  work: (retry: boolean) => Promise<Result>,
  patienceMs = 30_000,
  signal?: AbortSignal,
): Promise<Result> {
  const deadline = performance.now() + patienceMs
  for (let delayMs = 20, retry = false; ; delayMs = Math.min(delayMs * 2, longestDelayMs), retry = true) {
    try {
      return await work(retry)
    } catch (error) {
      if (!isAway(error) || signal?.aborted || performance.now() > deadline) throw error
      await wait(delayMs, undefined, { signal }).catch(() => {})
    }
  }
}

/** Whether the error, ours or the driver's own (the job queue passes those on), says that the database cannot be reached at the moment. */
export function isAway(error: unknown): boolean {
  return isConnectionError(error) && !(error instanceof OrchestratorError && !error.retryable)
}
