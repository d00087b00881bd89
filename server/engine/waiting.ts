import type { Database } from '#db/client.ts'
import type { Answer } from '#pipeline/events.ts'
import type { RunWaits } from './executor-types.ts'
import type { Hub } from './hub-types.ts'
import { createRestingRuns, type RunToRest } from './resting-runs.ts'
import type { RunQueue } from './run-queue.ts'
import { openRunSignals, type RunSignals, type RunSignalsOptions, wakeRuns } from './run-signals.ts'
import { purgeWaits, type SentEvent, storeEvent } from './sent-events.ts'
import { openSleeper } from './sleeper.ts'
import { createAnswers } from './wait-answers.ts'
import { createWaitStore } from './wait-store.ts'

/** How often what nobody needs any more is removed. */
const purgeMs = 600_000

/** Everything about runs that wait: on record, at rest, woken by time and answers. */
export interface Waiting {
  signals: RunSignals
  /** The waits of a run that is held under this epoch. */
  waitsOf(run: { id: string; workspaceId: string; epoch: number }): RunWaits
  /** Lets go of a run whose job is gone; resolves to whether something was said to it that it has not taken. */
  rest(run: RunToRest): Promise<boolean>
  /** Answers an open wait; false when somebody was faster or nothing waits any more. */
  answer(waitId: string, answer: Answer & { by: string }): Promise<boolean>
  sendEvent(event: SentEvent): Promise<{ id: string; reached: number }>
  close(): Promise<void>
}

export interface WaitingOptions extends Pick<RunSignalsOptions, 'worker' | 'readHere' | 'readAll' | 'onProblem'> {
  queue: RunQueue
  hub: Pick<Hub, 'publishRunChanged'>
}

/** Opens it; a process that carries nothing out only answers and sends. */
export async function openWaiting(database: Database, options: WaitingOptions): Promise<Waiting> {
  const { worker, queue, hub, onProblem } = options
  const onRunChanged = (workspaceId: string, runId: string): void => hub.publishRunChanged(workspaceId, runId)
  const waking = { queue, onRunChanged }
  const signals = await openRunSignals(database, { ...options, ...waking })
  const sleeper = worker
    ? await openSleeper(database, {
        wakeDue: async (dueAt, limit) => (await wakeRuns(database, waking, { dueAt, limit })).length,
        onProblem,
      })
    : null
  const waits = createWaitStore(database)
  const answers = createAnswers(database)
  const resting = createRestingRuns(database, (workspaceId, runId, wakeAt) => {
    onRunChanged(workspaceId, runId)
    if (wakeAt !== null) sleeper?.expect(wakeAt)
  })
  const purging = setInterval(() => {
    purgeWaits(database).catch((cause: unknown) => onProblem('old events could not be removed', cause))
  }, purgeMs)
  purging.unref()

  return {
    signals,
    waitsOf: ({ id, workspaceId, epoch }) => ({
      async open(path, attempt, wait) {
        const opened = await waits.open({ runId: id, epoch, path, attempt, wait })
        // Lists of what waits for people look again.
        if (wait.kind !== 'event') onRunChanged(workspaceId, id)
        return opened
      },
      expire: (waitId, answer) => waits.expire(waitId, answer),
    }),
    rest: (run) => resting.rest(run),
    async answer(waitId, answer) {
      const runId = await answers.add({ waitId, answer })
      if (runId === null) return false
      await signals.deliver([runId])
      return true
    },
    async sendEvent(event) {
      const { id, runIds } = await storeEvent(database, event)
      await signals.deliver(runIds)
      return { id, reached: runIds.length }
    },
    async close() {
      clearInterval(purging)
      await sleeper?.close()
      await signals.close()
    },
  }
}
