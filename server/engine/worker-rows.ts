import { hostname } from 'node:os'
import type { Database, Query } from '#db/client.ts'

/** What a process says of itself. */
export interface WorkerFacts {
  role: 'all' | 'web' | 'worker'
  version: string
  labels: readonly string[]
  /** Places for runs. */
  maxRuns: number
}

/** What it is doing right now. */
export interface WorkerLoad {
  runs: number
  steps: number
}

/** A row that nobody refreshes is deleted after this long. */
const forgottenSeconds = 60

/** Keeps the row of this process in `workers`: what the page of workers shows, and by whose age a frozen worker is told. */
export class WorkerRow {
  readonly #facts: WorkerFacts
  readonly #load: () => WorkerLoad
  readonly #startedAt = new Date(Date.now() - process.uptime() * 1_000)
  #cpuBefore = process.cpuUsage()
  #cpuAt = performance.now()
  #stopping = false

  constructor(facts: WorkerFacts, load: () => WorkerLoad) {
    this.#facts = facts
    this.#load = load
  }

  /** From now on it says that it takes nothing more. */
  stopping(): void {
    this.#stopping = true
  }

  /** Writes the row under the worker's name; answers how many processes carry out runs. */
  async write(query: Query, id: string): Promise<number> {
    const { role, version, labels, maxRuns } = this.#facts
    const { runs, steps } = this.#load()
    const { rows } = await query<{ workers: number }>(
      `insert into workers (id, role, host, pid, version, labels, max_runs, runs, steps, cpu, memory_bytes, stopping, started_at)
      values ($1, $2, $3, $4, $5, $6::text[], $7, $8, $9, $10, $11, $12, $13)
      on conflict (id) do update set runs = excluded.runs, steps = excluded.steps, cpu = excluded.cpu,
        memory_bytes = excluded.memory_bytes, stopping = excluded.stopping, seen_at = now()
      returning (select count(*)::int from workers where role <> 'web') as workers`,
      [
        id,
        role,
        hostname(),
        process.pid,
        version,
        labels,
        maxRuns,
        runs,
        steps,
        this.#cpuShare(),
        process.memoryUsage.rss(),
        this.#stopping ? 1 : 0,
        this.#startedAt,
      ],
      'worker-row',
    )
    return rows[0]!.workers
  }

  #cpuShare(): number {
    const now = performance.now()
    const elapsedMs = now - this.#cpuAt
    const { user, system } = process.cpuUsage(this.#cpuBefore)
    this.#cpuBefore = process.cpuUsage()
    this.#cpuAt = now
    return elapsedMs > 0 ? Math.round((user + system) / elapsedMs / 10) / 100 : 0
  }
}

/** Deletes a row, and with it those of processes that are gone. */
export async function deleteWorkerRow(query: Query, id: string): Promise<void> {
  await query(`delete from workers where id = $1 or seen_at < now() - make_interval(secs => $2)`, [
    id,
    forgottenSeconds,
  ])
}

/** The embedded database has one process: whatever rows there are are of those before. */
export async function deleteAllWorkerRows(database: Database): Promise<void> {
  await database.query('delete from workers')
}
