import type { Query } from '../database.ts'

/**
 * Does what PostgreSQL's autovacuum does and PGlite, being one process, lacks: without fresh statistics and with dead rows
 * left in place, claiming a job becomes ten times slower within an hour. Resolves the returned function when it has stopped.
 */
export function startMaintenance(query: Query, intervalMs = 60_000): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let lastWrites = 0
  const timer = setInterval(() => {
    running = maintain().catch(() => {
      // Closing, or a table being changed: the next round does it.
    })
  }, intervalMs)
  timer.unref()

  async function maintain(): Promise<void> {
    const { rows } = await query<{ name: string; dead: number; writes: number }>(
      `select format('%I.%I', schemaname, relname) as name, n_dead_tup as dead, n_tup_ins + n_tup_upd + n_tup_del as writes
       from pg_stat_user_tables where n_dead_tup > 200 or n_mod_since_analyze > 500`,
    )
    const writes = rows.reduce((sum, row) => sum + row.writes, 0)
    if (writes === lastWrites) return
    lastWrites = writes
    for (const { name, dead } of rows) await query(dead > 200 ? `vacuum (analyze) ${name}` : `analyze ${name}`)
  }

  return async () => {
    clearInterval(timer)
    await running
  }
}
