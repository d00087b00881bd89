import { OrchestratorError } from '#pipeline/errors.ts'
import type { JournalEntry } from '#pipeline/events.ts'
import type { Hub } from './hub-types.ts'
import type { Journal } from './journal-types.ts'

interface MemoryRun {
  epoch: number
  entries: JournalEntry[]
}

/** A journal that lives as long as the process, for runs from the command line and tests. Claiming an unknown run makes it. */
export function createMemoryJournal(hub?: Pick<Hub, 'publish'>): Journal {
  const runs = new Map<string, MemoryRun>()
  let closed = false
  return {
    async claim(runId) {
      const run = runs.get(runId) ?? { epoch: 0, entries: [] }
      runs.set(runId, run)
      run.epoch += 1
      return { epoch: run.epoch, lastSeq: run.entries.length }
    },
    adopt() {},
    forget() {},
    async append(runId, epoch, events) {
      if (closed) {
        const message = `the journal is closed: cannot append to run ${runId}`
        throw new OrchestratorError('database-unavailable', message, { retryable: false })
      }
      const run = runs.get(runId)
      if (run?.epoch !== epoch) {
        const message = `run ${runId} was taken over by another worker after epoch ${epoch}`
        throw new OrchestratorError('stale-epoch', message, { details: { runId, epoch }, retryable: false })
      }
      const at = Date.now()
      const entries = events.map((event, offset) => ({ seq: run.entries.length + offset + 1, at, event }))
      run.entries.push(...entries)
      if (entries.length > 0) hub?.publish(runId, entries)
      return run.entries.length
    },
    async read(runId, { after = 0, limit = 1_000 } = {}) {
      return runs.get(runId)?.entries.slice(after, after + limit) ?? []
    },
    async close() {
      closed = true
    },
  }
}
