import type { Database } from '#db/client.ts'
import type { Answer } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'

const answerSql = `
with answered as (
  update run_waits w set answer = $2::json
  where w.id = $1 and w.answer is null and w.ended_at is null
    and exists (select from runs r where r.id = w.run_id and r.finished_at is null)
  returning w.id, w.run_id, w.path
)
insert into run_signals (id, run_id, path, kind, payload, by)
select $3, run_id, path, 'answer', json_build_object('wait', id, 'answer', $2::json), $4 from answered
returning run_id as "runId"`

/** Answers an open wait in a person's name; gives its run, or null when somebody was faster or it waits no more. */
export async function storeAnswer(
  database: Database,
  waitId: string,
  answer: Answer & { by: string },
): Promise<string | null> {
  const { rows } = await database.query<{ runId: string }>(answerSql, [
    waitId,
    JSON.stringify(answer),
    newId(),
    answer.by,
  ])
  return rows[0]?.runId ?? null
}
