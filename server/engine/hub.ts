import type { Database } from '#db/client.ts'
import type { JournalEntry } from '#pipeline/events.ts'
import { createHubLink, type HubLink } from './hub-link.ts'
import { DeltaBatcher, type RunDelta } from './hub-deltas.ts'
import type { Hub, RunChanged } from './hub-types.ts'
import { LiveOutput } from './live-output.ts'
import { RunWatcher, type ReadEntries } from './hub-watcher.ts'
import { readEntries } from './journal-read.ts'

/** Waits this long for an event of ours that was notified to arrive with its content, which spares reading it. */
const graceMs = 5

interface ListWatcher {
  workspaceId: string
  changed: Set<string>
  wake?: () => void
}

/** A hub over a database; on PostgreSQL it also hears the other processes. */
export function createHub(database: Database): Hub {
  const read: ReadEntries = (runId, options) => readEntries(database, runId, options)
  return buildHub(read, database.kind === 'postgres' ? (handlers) => createHubLink(database, handlers) : undefined)
}

/** A hub for journals in memory. */
export function createMemoryHub(read: ReadEntries): Hub {
  return buildHub(read)
}

function buildHub(read: ReadEntries, connect?: (handlers: Parameters<typeof createHubLink>[1]) => HubLink): Hub {
  const watchers = new Map<string, Set<RunWatcher>>()
  const lists = new Set<ListWatcher>()
  const output = new LiveOutput()
  const closing = new AbortController()
  const ofRun = (runId: string) => watchers.get(runId) ?? []

  function tellLists({ workspaceId, runId }: RunChanged): void {
    for (const list of lists) {
      if (list.workspaceId !== workspaceId) continue
      list.changed.add(runId)
      list.wake?.()
    }
  }

  function tellDelta(delta: RunDelta): void {
    for (const watcher of ofRun(delta.runId)) watcher.pushDelta(delta)
  }

  const link = connect?.({
    onCommitted(runId, seq) {
      if (!watchers.has(runId)) return
      setTimeout(() => {
        for (const watcher of ofRun(runId)) watcher.committedUpTo(seq)
      }, graceMs)
    },
    onDelta: tellDelta,
    outputOf: (runId) => output.of(runId),
    onRunChanged: tellLists,
    onGap() {
      for (const [runId, ofOne] of watchers) {
        for (const watcher of ofOne) watcher.askJournal()
        link?.askOutput(runId)
      }
    },
  })
  const deltas = new DeltaBatcher((batch) => {
    for (const delta of batch) {
      output.add(delta)
      tellDelta(delta)
    }
    link?.sendDeltas(batch)
  })

  return {
    publish(runId: string, entries: readonly JournalEntry[]) {
      deltas.flush(runId)
      output.endBy(runId, entries)
      for (const watcher of ofRun(runId)) watcher.pushEntries(entries)
    },
    publishDelta: (runId, path, attempt, delta) => deltas.add({ runId, path, attempt, delta }),
    forgetOutput(runId) {
      deltas.flush(runId)
      output.forget(runId)
    },
    publishRunChanged(workspaceId, runId, { notified = false } = {}) {
      // With other processes about, our own changes come back from the database like theirs.
      if (!link) tellLists({ workspaceId, runId })
      else if (!notified) link.sendRunChanged({ workspaceId, runId })
    },
    async *watch(runId, afterSeq, signal) {
      const tellOutput = (): void => {
        for (const delta of output.of(runId)) watcher.pushDelta(delta)
        link?.askOutput(runId)
      }
      const watcher = new RunWatcher(runId, afterSeq, read, tellOutput)
      const set = watchers.get(runId) ?? new Set()
      watchers.set(runId, set.add(watcher))
      try {
        await link?.listening()
        // Not earlier: what other processes answer must be heard.
        tellOutput()
        yield* watcher.signals(AbortSignal.any([signal, closing.signal]))
      } finally {
        set.delete(watcher)
        if (set.size === 0 && watchers.get(runId) === set) watchers.delete(runId)
      }
    },
    async *watchRuns(workspaceId, signal) {
      const list: ListWatcher = { workspaceId, changed: new Set() }
      const ended = AbortSignal.any([signal, closing.signal])
      const onAbort = () => list.wake?.()
      ended.addEventListener('abort', onAbort)
      lists.add(list)
      try {
        await link?.listening()
        while (!ended.aborted) {
          const [runId] = list.changed
          if (runId !== undefined) {
            list.changed.delete(runId)
            yield { workspaceId, runId }
          } else await new Promise<void>((resolve) => (list.wake = resolve))
        }
      } finally {
        lists.delete(list)
        ended.removeEventListener('abort', onAbort)
      }
    },
    async close() {
      closing.abort()
      deltas.flush()
      await link?.close()
    },
  }
}
