import type { Database, Query } from '#db/client.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { Answer } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import { Batcher } from './batcher.ts'
import type { RunQueue } from './run-queue.ts'

/** Something said to a run from outside, as its worker reads it. */
export interface StoredSignal {
  /** Sortable: a run takes its signals in this order. */
  id: string
  /** Step path; null for what is said to the whole run. */
  path: string | null
  kind: 'answer' | 'pause' | 'resume' | 'edit' | 'breakpoints' | 'cancel'
  payload: JsonValue
  /** Member id, or the name of somebody without an account. */
  by: string
}

/** `payload` of an `answer`. */
export interface AnswerPayload {
  /** `id` of the wait it is for. */
  wait: string
  answer: Answer
}

export type SignalToSend = Omit<StoredSignal, 'id'> & { runId: string }

/** Brings what is said to runs from outside to the workers that hold them, and wakes runs that nobody holds. */
export interface RunSignals {
  /** Stores signals and delivers them. The caller has checked that the runs exist and belong to who asks. */
  send(signals: readonly SignalToSend[]): Promise<void>
  /** Brings to each run what is stored for it: its worker reads it, or the run is queued when it is in no worker's hands. */
  deliver(runIds: readonly string[]): Promise<void>
  /** What is said to the run and not in its journal yet, in order. */
  read(runId: string): Promise<StoredSignal[]>
  close(): Promise<void>
}

export interface RunSignalsOptions {
  /** Whether this process carries out runs: then it listens. */
  worker: boolean
  queue: Pick<RunQueue, 'requeueIn' | 'notify'>
  /** Has a run of this process read its signals; false when it is not here. */
  readHere(runId: string): boolean
  /** The connection was lost for a while: every run in hand reads its signals. */
  readAll(): void
  onRunChanged(workspaceId: string, runId: string): void
  onProblem(message: string, cause: unknown): void
}

/** Carries the id of a run that has signals to read. */
const channel = 'run_signals'
/** What a lost notification costs at most. */
const fallbackMs = 60_000

/** Signals over the database, with a shortcut for runs of this process. */
export async function openRunSignals(database: Database, options: RunSignalsOptions): Promise<RunSignals> {
  /** To whether the run was woken by this. */
  const waking = new Batcher<string, boolean>(async (ids) => {
    const woken = new Set(await wakeRuns(database, options, { ids: [...new Set(ids)] }))
    return ids.map((id) => woken.has(id))
  })
  const wakeSoon = (runId: string): void =>
    void waking.add(runId).catch((cause: unknown) => options.onProblem(`run ${runId} could not be woken`, cause))

  // Every run looks for signals when it begins: together that is one look.
  const reading = new Batcher<string, StoredSignal[]>(async (runIds) => {
    const byRun = await readSignals(database.query, runIds)
    return runIds.map((runId) => byRun.get(runId) ?? [])
  })

  /** After a gap, and at the start: whatever was said meanwhile, to runs here and to those that nobody holds. */
  async function catchUp(): Promise<void> {
    options.readAll()
    const { rows } = await database.query<{ id: string }>(unheardSql)
    for (const { id } of rows) wakeSoon(id)
  }
  const catchUpSoon = (): void =>
    void catchUp().catch((cause: unknown) => options.onProblem('signals of waiting runs could not be read', cause))

  const unlisten = options.worker
    ? await database.listen(
        channel,
        (runId) => {
          if (!options.readHere(runId)) wakeSoon(runId)
        },
        catchUpSoon,
      )
    : undefined
  if (options.worker) catchUpSoon()
  const fallback = options.worker ? setInterval(catchUpSoon, fallbackMs) : undefined
  fallback?.unref()

  async function deliver(runIds: readonly string[]): Promise<void> {
    const elsewhere = [...new Set(runIds)].filter((runId) => !options.readHere(runId))
    if (elsewhere.length === 0) return
    const woken = await Promise.all(elsewhere.map((runId) => waking.add(runId)))
    const told = elsewhere.filter((_, index) => !woken[index])
    if (told.length > 0 && database.kind === 'postgres') {
      await database.query(`select pg_notify('${channel}', id) from unnest($1::text[]) as s(id)`, [told])
    }
  }

  return {
    async send(signals) {
      const rows = signals.map((signal) => ({ ...signal, id: newId() }))
      await database.query(
        `insert into run_signals (id, run_id, path, kind, payload, by)
         select id, "runId", path, kind, payload, by
         from json_to_recordset($1::json) as s(id text, "runId" text, path text, kind text, payload json, by text)`,
        [JSON.stringify(rows)],
      )
      await deliver(signals.map(({ runId }) => runId))
    },
    deliver,
    read: (runId) => reading.add(runId),
    async close() {
      clearInterval(fallback)
      await unlisten?.()
      await waking.idle()
    },
  }
}

async function readSignals(query: Query, runIds: readonly string[]): Promise<Map<string, StoredSignal[]>> {
  const { rows } = await query<StoredSignal & { runId: string }>(
    `select run_id as "runId", id, path, kind, payload, by from run_signals where run_id = any($1::text[]) order by id`,
    [runIds],
    'run-signals-read',
  )
  return Map.groupBy(rows, ({ runId }) => runId)
}

/**
 * Queues runs that wait or are paused and that no worker holds: those given, or as many as `limit` of those whose time has
 * come. Gives their ids; of two who wake one run at the same time only one does.
 */
export async function wakeRuns(
  database: Database,
  options: Pick<RunSignalsOptions, 'queue' | 'onRunChanged'>,
  which: { ids: readonly string[] } | { dueAt: number; limit: number },
): Promise<string[]> {
  const woken = await database.transaction(async (transaction) => {
    const { rows } = await ('ids' in which
      ? transaction.query<WokenRow>(wakeSql, [which.ids], 'runs-wake')
      : transaction.query<WokenRow>(wakeDueSql, [which.dueAt, which.limit], 'runs-wake-due'))
    if (rows.length > 0) {
      await options.queue.requeueIn(
        transaction,
        rows.map(({ id }) => id),
      )
    }
    return rows
  })
  for (const { id, workspace_id } of woken) options.onRunChanged(workspace_id, id)
  if (woken.length > 0) options.queue.notify()
  return woken.map(({ id }) => id)
}

const unheardSql = `
select r.id from runs r where r.status in ('waiting', 'paused') and r.owner is null
  and r.id in (select run_id from run_signals)`

interface WokenRow {
  id: string
  workspace_id: string
}

const wakeSql = `
update runs set status = 'queued', wake_at = null
where id = any($1::text[]) and status in ('waiting', 'paused') and owner is null returning id, workspace_id`

const wakeDueSql = `
update runs set status = 'queued', wake_at = null where id in (
  select id from runs where wake_at is not null and owner is null and wake_at <= to_timestamp($1::float8 / 1000)
  order by wake_at limit $2 for update skip locked
) returning id, workspace_id`
