import type { Database } from '#db/client.ts'
import { decide, type RunState } from './core/core.ts'
import { createFirstEntries } from './journal-read.ts'
import type { Journal } from './journal-types.ts'
import type { RunCounters } from './run-counters.ts'

const entriesPerRead = 1_000

/** Folds what is in a run's journal into its state and counters (those of the row may be behind); gives the seq it ends with. */
export type ReplayRun = (runId: string, state: RunState, counters: RunCounters) => Promise<number>

/** Reads the first entries of runs that are claimed together at once. */
export function createReplay(database: Database, journal: Pick<Journal, 'read'>): ReplayRun {
  const firstEntries = createFirstEntries(database, entriesPerRead)
  return async (runId, state, counters) => {
    for (let after = 0; ;) {
      const entries =
        after === 0 ? await firstEntries.add(runId) : await journal.read(runId, { after, limit: entriesPerRead })
      for (const entry of entries) {
        decide(state, entry)
        counters.replay(entry.event)
      }
      after = entries.at(-1)?.seq ?? after
      if (entries.length < entriesPerRead) return after
    }
  }
}
