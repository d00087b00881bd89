import type { Query } from '#db/client.ts'

/**
 * The child run that carries out the item a path of a run stands in (`each[734].mood` of a spread map `each`), the latest if
 * the map was tried again; null when the item is worked on in the run itself, or not yet.
 */
export async function findPart(query: Query, runId: string, path: string): Promise<string | null> {
  for (const [item, index] of itemsIn(path)) {
    const { rows } = await query<{ id: string }>(
      `select id from runs where parent_run_id = $1 and part->>'path' = $2
        and (part->>'from')::int <= $3 and (part->>'from')::int + (part->>'count')::int > $3
      order by (part->>'attempt')::int desc limit 1`,
      [runId, item, index],
    )
    if (rows[0]) return rows[0].id
  }
  return null
}

/** `outer[2].each[7].x`: `outer` 2, `outer[2].each` 7. */
function* itemsIn(path: string): Generator<[string, number]> {
  for (const match of path.matchAll(/\[(\d+)\]/g)) yield [path.slice(0, match.index), Number(match[1])]
}
