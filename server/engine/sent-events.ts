import type { Database } from '#db/client.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { Answer } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'

/** An event from outside: what is called `name`, about `key`. */
export interface SentEvent {
  workspaceId: string
  /** Sent twice under one id it is one event; a new id when absent. */
  id?: string | undefined
  name: string
  key?: string | undefined
  payload?: JsonValue | undefined
  by: string
}

/** For how long an event is kept for waits that begin after it. */
export const eventsKeptMs = 3_600_000

const kept = `interval '${eventsKeptMs} milliseconds'`

const matchSql = `
with matching as (
  select w.id, w.run_id, w.path from run_waits w
  where w.workspace_id = $1 and w.kind = 'event' and w.event = $3 and (w.key is null or w.key = $4)
    and w.answer is null and w.ended_at is null
    and not exists (select from taken_events t where t.workspace_id = $1 and t.event_id = $2 and t.run_id = w.run_id)
  order by w.id for update
), answered as (
  update run_waits w set answer = $5::json from matching m where w.id = m.id returning w.id, w.run_id, w.path
), taken as (
  insert into taken_events (workspace_id, event_id, run_id) select distinct $1, $2, run_id from answered on conflict do nothing
), told as (
  insert into run_signals (id, run_id, path, kind, payload, by)
  select $6 || '-' || id, run_id, path, 'answer', json_build_object('wait', id, 'answer', $5::json), $7 from answered
)
select run_id as "runId" from answered`

/**
 * Gives the event to every wait that is open for it, and keeps it for those that begin within the hour. Resolves to its id and
 * the run of each wait it reached.
 */
export async function storeEvent(database: Database, event: SentEvent): Promise<{ id: string; runIds: string[] }> {
  const id = event.id ?? newId()
  const key = event.key ?? null
  // A statement of its own, before waits are looked for: see `createWaitStore`.
  await database.query(
    `insert into sent_events (workspace_id, id, name, key, payload, by) values ($1, $2, $3, $4, $5::json, $6)
     on conflict do nothing`,
    [event.workspaceId, id, event.name, key, JSON.stringify(event.payload ?? null), event.by],
  )
  const answer: Answer = { kind: 'event', value: event.payload ?? null, by: event.by, at: Date.now() }
  const { rows } = await database.query<{ runId: string }>(matchSql, [
    event.workspaceId,
    id,
    event.name,
    key,
    JSON.stringify(answer),
    newId(),
    event.by,
  ])
  return { id, runIds: rows.map(({ runId }) => runId) }
}

/** The oldest event that came after the run was made, which the run has not been given yet. */
const earlierEventOf = (wait: string): string => `
  select e.id as event_id, e.workspace_id, e.payload, e.by, e.created_at
  from sent_events e join runs r on r.id = ${wait}.run_id
  where e.workspace_id = ${wait}.workspace_id and e.name = ${wait}.event and (${wait}.key is null or e.key = ${wait}.key)
    and e.created_at >= r.created_at and e.created_at > now() - ${kept}
    and not exists (select from taken_events t
      where t.workspace_id = e.workspace_id and t.event_id = e.id and t.run_id = ${wait}.run_id)
  order by e.created_at, e.id limit 1`

const takeSql = `
with answered as (
  update run_waits w set answer = json_build_object('kind', 'event', 'value', found.payload, 'by', found.by,
    'at', (extract(epoch from found.created_at) * 1000)::bigint)
  from (select w.id, e.* from run_waits w, lateral (${earlierEventOf('w')}) e where w.id = $1) found
  where w.id = found.id and w.answer is null and w.ended_at is null
  returning w.run_id, w.answer, w.workspace_id, found.event_id
), taken as (
  insert into taken_events (workspace_id, event_id, run_id) select workspace_id, event_id, run_id from answered on conflict do nothing
)
select answer from answered`

/**
 * Gives waits that have just begun the events that came before them: each the oldest one that came after its run was made and
 * that the run has not been given. Resolves to the answers by wait.
 */
export async function takeEarlierEvents(database: Database, waitIds: readonly string[]): Promise<Map<string, Answer>> {
  const { rows: candidates } = await database.query<{ id: string }>(
    `select w.id from run_waits w where w.id = any($1::text[]) and w.answer is null
     and exists (${earlierEventOf('w')}) order by w.id`,
    [waitIds],
    'waits-find-earlier-events',
  )
  const taken = new Map<string, Answer>()
  // One after the other: two waits of one run are given two events.
  for (const { id } of candidates) {
    const { rows } = await database.query<{ answer: Answer }>(takeSql, [id])
    if (rows[0]) taken.set(id, rows[0].answer)
  }
  return taken
}

/** Removes events nobody can take any more, and what is left of runs that have ended, in all workspaces. */
export async function purgeWaits(database: Database): Promise<void> {
  await database.query(
    `with ended as (
      select r.id from runs r where r.finished_at is not null and (
        r.id in (select run_id from run_signals) or r.id in (select run_id from run_waits where kind = 'event'))
    ), waits as (
      delete from run_waits where kind = 'event' and run_id in (select id from ended)
    )
    delete from run_signals where run_id in (select id from ended)`,
  )
  await database.query(
    `with old as (delete from sent_events where created_at <= now() - ${kept} returning workspace_id, id)
     delete from taken_events t using old where t.workspace_id = old.workspace_id and t.event_id = old.id`,
  )
}
