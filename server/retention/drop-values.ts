import type { Database, Query } from '#db/client.ts'
import type { BlobStore } from '#server/blobs/blobs.ts'
import { isUnprotected } from './delete-runs.ts'

const valuesAtOnce = 500
const releasedAtOnce = 5_000

/**
 * How long a blob stays after the last reference to it: whoever was about to refer to it has done so by then. A writer puts
 * a blob (which dates it) and then commits the event that refers to it; a run that reuses outputs reads a reference and
 * then commits its own. Both take moments.
 */
export const graceMs = 3_600_000

/** Lets go of the big values of runs that ended before the time. The runs themselves stay, and say what is gone. */
export async function releaseValues({ query }: Database, workspaceId: string, endedBefore: Date): Promise<void> {
  for (let more = true; more;) {
    const { affected } = await query(
      `update run_values set released_at = now() where (run_id, hash) in (
         select v.run_id, v.hash from run_values v join runs r on r.id = v.run_id
         where v.released_at is null and r.workspace_id = $1 and r.finished_at < $2
           and (${isUnprotected('r')} or exists (
             select from runs whole where whole.id = r.parent_run_id and whole.finished_at < $2 and ${isUnprotected('whole')}
           ))
         limit ${releasedAtOnce}
       )`,
      [workspaceId, endedBefore],
    )
    more = affected === releasedAtOnce
  }
}

/** Drops the blobs that were released long enough ago and that nothing else refers to; says how many and how large they were. */
export async function dropReleased(
  { query }: Database,
  blobs: BlobStore,
  now: Date,
  grace = graceMs,
): Promise<{ values: number; bytes: number }> {
  const before = new Date(now.getTime() - grace)
  const others = await referredElsewhere(query)
  const dropped = { values: 0, bytes: 0 }
  for (let after = ''; ;) {
    const { rows } = await query<{ hash: string; held: boolean }>(
      `select hash, bool_or(released_at is null or released_at >= $2) as held from run_values
       where hash in (select hash from run_values where released_at < $2 and hash > $1 group by hash order by hash limit ${valuesAtOnce})
       group by hash order by hash`,
      [after, before],
    )
    for (const { hash, held } of rows) {
      if (held || others.has(hash)) continue
      const bytes = await blobs.drop(hash, before)
      if (bytes === null) continue
      dropped.values++
      dropped.bytes += bytes
    }
    await query('delete from run_values where hash = any($1) and released_at < $2', [
      rows.map(({ hash }) => hash),
      before,
    ])
    if (rows.length < valuesAtOnce) return dropped
    after = rows.at(-1)!.hash
  }
}

/**
 * Drops blobs that no row knows: of appends that were never committed, and of caches that are gone. Goes through the whole
 * store.
 */
export async function dropUnknown(
  { query }: Database,
  blobs: BlobStore,
  now: Date,
  grace = graceMs,
): Promise<{ values: number; bytes: number }> {
  const before = new Date(now.getTime() - grace)
  const others = await referredElsewhere(query)
  const dropped = { values: 0, bytes: 0 }
  async function dropAmong(hashes: string[]): Promise<void> {
    const { rows } = await query<{ hash: string }>(
      'select hash from unnest($1::text[]) as hash where not exists (select from run_values v where v.hash = hash.hash)',
      [hashes],
    )
    for (const { hash } of rows) {
      const bytes = await blobs.drop(hash, before)
      if (bytes === null) continue
      dropped.values++
      dropped.bytes += bytes
    }
  }
  let page: string[] = []
  for await (const { hash, putAt } of blobs.list()) {
    if (putAt >= before || others.has(hash)) continue
    page.push(hash)
    if (page.length < valuesAtOnce) continue
    await dropAmong(page)
    page = []
  }
  await dropAmong(page)
  return dropped
}

/** Blobs that are held by something else than a journal: pinned outputs, cached outputs, and runs that have not begun. */
async function referredElsewhere(query: Query): Promise<Set<string>> {
  const hashes = (column: string): string =>
    `regexp_matches(${column}::text, '"blob":"([0-9a-f]{64})"', 'g') as found(hash)`
  const { rows } = await query<{ hash: string }>(
    `select distinct found.hash[1] as hash from pipeline_pins, ${hashes('output')}
     union select found.hash[1] from step_cache, ${hashes('output')}
     union select found.hash[1] from runs r, ${hashes("coalesce(r.options::text, '') || coalesce(r.part::text, '')")}
       where r.status not in ('succeeded', 'failed', 'cancelled') and (r.options is not null or r.part is not null)`,
  )
  return new Set(rows.map(({ hash }) => hash))
}
