import type { Query } from '../database.ts'

/** How often tables that have changed a little are looked after; those that have changed a lot are within a second. */
const calmMs = 60_000
const tickMs = 1_000

interface TableActivity {
  name: string
  /** Rows it has, and versions of rows that nobody sees any more. */
  live: number
  dead: number
  /** Rows changed since the planner was told how they are. */
  changed: number
  writes: number
}

/**
 * Has the planner take tables that have no statistics for small and not for empty. For an empty one it plans to read all of
 * it, and a statement prepared then goes on doing so when the table has a million rows.
 */
export async function expectRows(query: Query): Promise<void> {
  await query("update pg_class set reltuples = -1 where relkind = 'r' and relpages = 0 and reltuples = 0")
}

/**
 * Does what PostgreSQL's autovacuum does and PGlite, being one process, lacks: without fresh statistics and with dead rows
 * left in place, claiming a job becomes ten times slower within an hour, and statements prepared for a small table a hundred
 * times within a minute. `statements` counts what the database was asked: an idle one is left alone. Resolves the returned
 * function when it has stopped.
 */
export function startMaintenance(
  query: Query,
  statements: () => number,
  { tick = tickMs, calm = calmMs }: { tick?: number; calm?: number } = {},
): () => Promise<void> {
  let running: Promise<void> | undefined
  let seen = statements()
  let writesBefore = 0
  let calmAt = performance.now() + calm
  const timer = setInterval(() => {
    if (statements() === seen) return
    running ??= maintain()
      .catch(() => {
        // Closing, or a table being changed: the next round does it.
      })
      .finally(() => {
        running = undefined
        // Its own statements are no reason for another round.
        seen = statements()
      })
  }, tick)
  timer.unref()

  async function maintain(): Promise<void> {
    const { rows } = await query<TableActivity>(
      `select format('%I.%I', schemaname, relname) as name, n_live_tup as live, n_dead_tup as dead,
         n_mod_since_analyze as changed, n_tup_ins + n_tup_upd + n_tup_del as writes
       from pg_stat_user_tables where n_dead_tup > 200 or n_mod_since_analyze > 200`,
      [],
      'maintenance-look',
    )
    const isCalm = performance.now() >= calmAt
    if (isCalm) calmAt = performance.now() + calm
    const writes = rows.reduce((sum, row) => sum + row.writes, 0)
    if (isCalm && writes === writesBefore) return
    if (isCalm) writesBefore = writes
    for (const { name, live, dead, changed } of rows) {
      if (dead > (isCalm ? 200 : Math.max(2_000, live / 5))) await query(`vacuum (analyze) ${name}`)
      else if (changed > (isCalm ? 500 : Math.max(200, live / 2))) await query(`analyze ${name}`)
    }
  }

  return async () => {
    clearInterval(timer)
    await running
  }
}
