import type { Database } from '#db/client.ts'
import type { Answer } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import { Batcher } from './batcher.ts'

/** What somebody says to an open wait. */
export interface GivenAnswer {
  waitId: string
  answer: Answer & { by: string }
}

const answerSql = `
with given as (
  select distinct on (wait) k.* from json_to_recordset($1::json) as k(n int, wait text, signal text, answer json, by text)
  order by wait, n
), answered as (
  update run_waits w set answer = g.answer from given g
  where w.id = g.wait and w.answer is null and w.ended_at is null
    and exists (select from runs r where r.id = w.run_id and r.finished_at is null)
  returning w.id, w.run_id, w.path, g.n, g.signal, g.answer, g.by
), told as (
  insert into run_signals (id, run_id, path, kind, payload, by)
  select signal, run_id, path, 'answer', json_build_object('wait', id, 'answer', answer), by from answered
)
select n, run_id as "runId" from answered`

/** Stores answers, those given at the same moment together: each resolves to the run it goes to, or null when it came too late. */
export function createAnswers(database: Database): Batcher<GivenAnswer, string | null> {
  return new Batcher(async (given) => {
    const rows = given.map(({ waitId, answer }, n) => ({ n, wait: waitId, signal: newId(), answer, by: answer.by }))
    const { rows: answered } = await database.query<{ n: number; runId: string }>(
      answerSql,
      [JSON.stringify(rows)],
      'waits-answer',
    )
    const runs = new Map(answered.map(({ n, runId }) => [n, runId]))
    return given.map((_, n) => runs.get(n) ?? null)
  })
}
