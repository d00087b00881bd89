import type { Query } from '#db/client.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'

/**
 * Why a run that waits for a worker will not begin by itself: no worker that is alive has all the labels it needs. Null when
 * one has, when it needs none, or when it does not wait.
 */
export async function whyQueued(query: Query, runId: string): Promise<ErrorInfo | null> {
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
