import type { Query } from '#db/client.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'

/**
 * Why a run that waits will not begin by itself: no worker that is alive has all the labels it needs, or as many runs of its
 * pipeline are active as may be. Null when nothing is in its way, or when it does not wait.
 */
export async function whyQueued(query: Query, runId: string): Promise<ErrorInfo | null> {
  return (await whyNoWorker(query, runId)) ?? whyNoPlace(query, runId)
}

/** Runs that have their place are those that a worker has had in hand. */
async function whyNoPlace(query: Query, runId: string): Promise<ErrorInfo | null> {
  const { rows } = await query<{ key: string; limit: number; active: string[] }>(
    `select r.concurrency_key as key, (d.content -> 'concurrency' ->> 'limit')::int as limit,
      array(select a.id from runs a where a.pipeline_id = r.pipeline_id and a.concurrency_key = r.concurrency_key
        and a.status in ('queued', 'running', 'waiting', 'paused') and a.epoch > 0 order by a.created_at, a.id limit 20) as active
    from runs r join documents d on d.workspace_id = r.workspace_id and d.hash = r.document_hash
    where r.id = $1 and r.status = 'queued' and r.epoch = 0 and r.concurrency_key is not null`,
    [runId],
  )
  const [row] = rows
  if (!row || row.active.length < row.limit) return null
  const { key, limit, active } = row
  return {
    code: 'run-refused',
    message: `it waits its turn: no more than ${limit} may be active${key === '' ? '' : ` for "${key}"`}`,
    fix: 'It begins when one of them ends.',
    details: { limit, key, active },
  }
}

async function whyNoWorker(query: Query, runId: string): Promise<ErrorInfo | null> {
  const { rows } = await query<{ labels: string[]; known: string[] }>(
    `select r.labels, coalesce((select array_agg(distinct label) from workers, unnest(labels) as label
        where role <> 'web' and seen_at > now() - interval '60 seconds'), '{}') as known
    from runs r where r.id = $1 and r.status = 'queued' and r.owner is null and r.labels <> '{}' and not exists (
      select from workers w where w.role <> 'web' and w.stopping = 0 and w.seen_at > now() - interval '60 seconds'
        and w.labels @> r.labels)`,
    [runId],
  )
  const [row] = rows
  if (!row) return null
  const { labels, known } = row
  const missing = labels.filter((label) => !known.includes(label))
  const needed = labels.join(', ')
  return {
    code: 'worker-missing',
    message:
      missing.length > 0
        ? `no worker has the label${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`
        : `no worker has all of the labels ${needed}`,
    fix: `Start a worker with ORCHESTRATOR_LABELS=${labels.join(',')}; the run begins as soon as it is there.`,
    details: { labels },
  }
}
