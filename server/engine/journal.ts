import { setTimeout as wait } from 'node:timers/promises'
import type { Database } from '#db/client.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { JournalEntry, RunEvent } from '#pipeline/events.ts'
import type { Hub } from './hub-types.ts'
import { JournalQueue, type QueuedAppend } from './journal-queue.ts'
import { readEntries } from './journal-read.ts'
import { appendStatement, type AcceptedRun, type RunBatch } from './journal-statement.ts'
import { type Journal, mergeChanges, type RunChange } from './journal-types.ts'

/** How long appends wait for a database that has gone away, before they fail. */
const patienceMs = 30_000

interface BatchOfRun {
  batch: RunBatch
  appends: QueuedAppend[]
}

const keyOf = (runId: string, epoch: number) => `${runId}/${epoch}`

function staleEpoch(runId: string, epoch: number): OrchestratorError {
  return new OrchestratorError('stale-epoch', `run ${runId} was taken over by another worker after epoch ${epoch}`, {
    details: { runId, epoch },
    retryable: false,
  })
}

/** The journal on a database: one statement at a time commits what all runs of the process have appended since the last one. */
export function createJournal(database: Database, hub?: Pick<Hub, 'publish' | 'publishRunChanged'>): Journal {
  /** Last seq by run and epoch, of runs this process appends to. */
  const lastSeqs = new Map<string, number>()
  const queue = new JournalQueue(flush)

  async function loadMissingSeqs(appends: readonly QueuedAppend[]): Promise<void> {
    const missing = appends.filter(({ runId, epoch }) => !lastSeqs.has(keyOf(runId, epoch)))
    if (missing.length === 0) return
    const ids = [...new Set(missing.map(({ runId }) => runId))]
    const { rows } = await database.query<{ run_id: string; last: number }>(
      'select run_id, max(seq) as last from run_events where run_id = any($1::text[]) group by run_id',
      [ids],
    )
    const found = new Map(rows.map(({ run_id, last }) => [run_id, last]))
    for (const { runId, epoch } of missing) lastSeqs.set(keyOf(runId, epoch), found.get(runId) ?? 0)
  }

  function toBatches(appends: readonly QueuedAppend[]): BatchOfRun[] {
    const batches = new Map<string, BatchOfRun>()
    for (const append of appends) {
      const key = keyOf(append.runId, append.epoch)
      let found = batches.get(key)
      if (!found) {
        const { runId, epoch } = append
        found = { batch: { runId, epoch, firstSeq: lastSeqs.get(key)! + 1, at: [], events: [] }, appends: [] }
        batches.set(key, found)
      }
      const { batch } = found
      found.appends.push(append)
      batch.events.push(...append.events)
      for (let index = 0; index < append.events.length; index++) batch.at.push(append.at)
      if (append.change) batch.change = mergeChanges(batch.change, append.change)
    }
    return [...batches.values()]
  }

  /** What is known of the journals is up to date when it resolves; the appends are answered by what it resolves to. */
  async function flush(appends: readonly QueuedAppend[]): Promise<() => void> {
    try {
      if (appends.some(({ runId, epoch }) => !lastSeqs.has(keyOf(runId, epoch)))) {
        await patiently(() => loadMissingSeqs(appends))
      }
      const batches = toBatches(appends)
      try {
        return await commit(batches)
      } catch (error) {
        // What one run appended may be unfit to be stored; the others must not fail with it.
        if (batches.length === 1) throw error
        const answers: (() => void)[] = []
        for (const batch of batches) answers.push(await commit([batch]).catch((failure) => refusal(batch, failure)))
        return () => answers.forEach((answer) => answer())
      }
    } catch (error) {
      for (const { runId, epoch } of appends) lastSeqs.delete(keyOf(runId, epoch))
      return () => appends.forEach((append) => append.reject(error))
    }
  }

  function refusal({ batch, appends }: BatchOfRun, error: unknown): () => void {
    lastSeqs.delete(keyOf(batch.runId, batch.epoch))
    return () => appends.forEach((append) => append.reject(error))
  }

  /** Does the work again while the database cannot be reached; `retry` says that an earlier try may have been committed. */
  async function patiently<Result>(work: (retry: boolean) => Promise<Result>): Promise<Result> {
    const deadline = performance.now() + patienceMs
    for (let delayMs = 20, retry = false; ; delayMs = Math.min(delayMs * 2, 1_000), retry = true) {
      try {
        return await work(retry)
      } catch (error) {
        const unavailable =
          error instanceof OrchestratorError && error.code === 'database-unavailable' && error.retryable
        if (!unavailable || database.kind === 'pglite' || performance.now() > deadline) throw error
        await wait(delayMs)
      }
    }
  }

  async function commit(batches: readonly BatchOfRun[]): Promise<() => void> {
    const { rows } = await patiently((retry) => {
      const runs = batches.map(({ batch }) => batch)
      const { text, parameters, name } = appendStatement(runs, { notify: database.kind === 'postgres', retry })
      return database.query<AcceptedRun>(text, parameters, name)
    })
    const accepted = new Map(rows.map(({ n, workspace_id }) => [n - 1, workspace_id]))
    const answers = batches.map((each, index) => {
      const workspaceId = accepted.get(index)
      if (workspaceId === undefined) return refusal(each, staleEpoch(each.batch.runId, each.batch.epoch))
      return acceptance(each, workspaceId)
    })
    return () => answers.forEach((answer) => answer())
  }

  function acceptance({ batch, appends }: BatchOfRun, workspaceId: string): () => void {
    const { runId, epoch, firstSeq, events, at, change } = batch
    lastSeqs.set(keyOf(runId, epoch), firstSeq + events.length - 1)
    // A finished run is not appended to any more; should it be, its seq is read again.
    if (change?.finishedAt !== undefined) lastSeqs.delete(keyOf(runId, epoch))
    return () => {
      let seq = firstSeq - 1
      for (const append of appends) {
        seq += append.events.length
        append.resolve(seq)
      }
      if (hub && events.length > 0) {
        hub.publish(
          runId,
          events.map((event, offset): JournalEntry => ({ seq: firstSeq + offset, at: at[offset]!, event })),
        )
      }
      if (change) hub?.publishRunChanged(workspaceId, runId, { notified: true })
    }
  }

  return {
    async claim(runId, worker) {
      const { rows } = await database.query<{ epoch: number }>(
        'update runs set epoch = epoch + 1, owner = $2 where id = $1 returning epoch',
        [runId, worker],
      )
      const epoch = rows[0]?.epoch
      if (epoch === undefined) throw new OrchestratorError('not-found', `there is no run ${runId}`)
      // A statement of its own: it must see what an append that was under way committed before the row was ours.
      const last = await database.query<{ last: number }>(
        'select coalesce(max(seq), 0)::int as last from run_events where run_id = $1',
        [runId],
      )
      const lastSeq = last.rows[0]!.last
      lastSeqs.set(keyOf(runId, epoch), lastSeq)
      return { epoch, lastSeq }
    },
    adopt(runId, epoch, lastSeq) {
      lastSeqs.set(keyOf(runId, epoch), lastSeq)
    },
    append: (runId: string, epoch: number, events: readonly RunEvent[], change?: RunChange) =>
      queue.add(runId, epoch, events, change),
    read: (runId, { after = 0, limit = 1_000 } = {}) => readEntries(database, runId, { after, limit }),
    forget(runId, epoch) {
      lastSeqs.delete(keyOf(runId, epoch))
    },
    close: () => queue.close(),
  }
}
