import type { Database, Query } from '#db/client.ts'
import { Wake } from '#server/wake.ts'

const channel = 'orchestrator_draft'

/** Tells the readers of a draft, in this process and in others, that it has changed. */
export interface DraftRelay {
  /** Goes out when the transaction commits. */
  announce(query: Query, pipelineId: string): Promise<void>
  /** A wake that is woken at each change of the draft, and the function that gives it back. */
  follow(pipelineId: string): { wake: Wake; end: () => void }
  close(): Promise<void>
}

/** Starts listening; one LISTEN serves every reader of the process. */
export async function openDraftRelay(database: Database): Promise<DraftRelay> {
  const readers = new Map<string, Set<Wake>>()
  const stopListening = await database.listen(
    channel,
    (pipelineId) => {
      for (const wake of readers.get(pipelineId) ?? []) wake.wake()
    },
    () => {
      for (const wakes of readers.values()) for (const wake of wakes) wake.wake()
    },
  )
  return {
    async announce(query, pipelineId) {
      await query('select pg_notify($1, $2)', [channel, pipelineId])
    },
    follow(pipelineId) {
      const wake = new Wake()
      const wakes = readers.get(pipelineId) ?? new Set()
      readers.set(pipelineId, wakes.add(wake))
      return {
        wake,
        end() {
          wakes.delete(wake)
          if (wakes.size === 0 && readers.get(pipelineId) === wakes) readers.delete(pipelineId)
        },
      }
    },
    close: stopListening,
  }
}
