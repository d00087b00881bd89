import type { Database } from '#db/client.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { Answer, Wait } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import { randomBytes } from 'node:crypto'
import { Batcher } from './batcher.ts'
import { takeEarlierEvents } from './sent-events.ts'

/** A step that is about to wait for an event or a person. */
export interface WaitToOpen {
  runId: string
  /** Under which this worker holds the run. */
  epoch: number
  path: string
  attempt: number
  wait: Wait
}

/** What steps wait for, in rows by which events and people find them. The rows decide whose answer was first. */
export interface WaitStore {
  /**
   * Puts the wait on record and resolves to its id, with what has ended it already. Opened again after a crash it is the same
   * wait, answers included. Rejects with `stale-epoch` when the run is no longer ours. Before the step's `step-parked`, so that
   * no answer comes to nothing.
   */
  open(wait: WaitToOpen): Promise<OpenedWait>
  /** Answers it in nobody's name (`timed-out`), unless somebody was faster; gives the answer that counts. */
  expire(waitId: string, answer: Answer): Promise<Answer>
}

export interface OpenedWait {
  id: string
  answer: Answer | null
}

interface OpenedRow extends OpenedWait {
  n: number
  kind: string
}

// Steps of one run may come more than once here, but never one path twice. A row of an ended wait is that of an earlier
// turn (a container that was tried again): it makes room.
const openSql = `
with held as (
  select r.workspace_id, k.* from json_to_recordset($1::json) as k(n int, "runId" text, epoch int, path text, attempt int, id text,
    kind text, event text, key text, title text, details json, token text, until float8)
  join runs r on r.id = k."runId" and r.epoch = k.epoch
  order by r.id for share of r
), opened as (
  insert into run_waits as w (workspace_id, run_id, path, attempt, id, kind, event, key, title, details, token, until)
  select workspace_id, "runId", path, attempt, id, kind, event, key, title, details, token, to_timestamp(until / 1000) from held
  on conflict (run_id, path) do update set
    attempt = excluded.attempt, kind = excluded.kind, event = excluded.event, key = excluded.key, title = excluded.title,
    details = excluded.details, until = excluded.until, ended_at = null,
    id = case when w.ended_at is null and w.attempt = excluded.attempt then w.id else excluded.id end,
    token = case when w.ended_at is null and w.attempt = excluded.attempt then w.token else excluded.token end,
    answer = case when w.ended_at is null and w.attempt = excluded.attempt then w.answer end,
    created_at = case when w.ended_at is null and w.attempt = excluded.attempt then w.created_at else now() end
  returning run_id, path, id, kind, answer
)
select held.n, opened.id, opened.kind, opened.answer from opened join held on held."runId" = opened.run_id and held.path = opened.path`

const expireSql =
  'update run_waits set answer = $2::json where id = $1 and answer is null and ended_at is null returning answer'

/** The waits of a database. */
export function createWaitStore(database: Database): WaitStore {
  const opening = new Batcher<WaitToOpen, OpenedWait | null>(async (waits) => {
    const rows = waits.map(({ runId, epoch, path, attempt, wait }, n) => ({
      ...{ n, runId, epoch, path, attempt, id: newId(), kind: wait.kind, event: wait.event, key: wait.key },
      ...{ title: wait.title, details: wait.details, until: wait.until },
      token: wait.kind === 'event' ? null : randomBytes(24).toString('base64url'),
    }))
    const { rows: opened } = await database.query<OpenedRow>(openSql, [JSON.stringify(rows)], 'waits-open')
    const open = opened.flatMap(({ id, kind, answer }) => (kind === 'event' && !answer ? [id] : []))
    // After the rows are there: of an event that is sent at this moment either its sender sees the wait, or we see the event.
    const taken = open.length > 0 ? await takeEarlierEvents(database, open) : undefined
    const byNumber = new Map(opened.map(({ n, id, answer }) => [n, { id, answer: answer ?? taken?.get(id) ?? null }]))
    return waits.map((_, n) => byNumber.get(n) ?? null)
  })

  return {
    async open(wait) {
      const opened = await opening.add(wait)
      if (opened) return opened
      const message = `run ${wait.runId} was taken over by another worker after epoch ${wait.epoch}`
      throw new OrchestratorError('stale-epoch', message, { retryable: false })
    },
    async expire(waitId, answer) {
      const expired = await database.query<{ answer: Answer }>(expireSql, [waitId, JSON.stringify(answer)])
      if (expired.rows[0]) return expired.rows[0].answer
      // A statement of its own: an answer that was being committed is seen only by one that begins after it.
      const { rows } = await database.query<{ answer: Answer | null }>('select answer from run_waits where id = $1', [
        waitId,
      ])
      // A wait without a row has nobody who could have been faster.
      return rows[0]?.answer ?? answer
    },
  }
}
