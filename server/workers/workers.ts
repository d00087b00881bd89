import type { Database } from '#db/client.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { QueueRecord, WorkerRecord, WorkersOverview } from './worker-records.ts'

/** A process whose row was not refreshed for this long is `silent`; its row is refreshed every five seconds. */
const silentSeconds = 15

/** Who carries out runs, and what waits for them. */
export interface Workers {
  /** All processes of the installation, and the queues of the workspace. */
  list(scope: Scope): Promise<WorkersOverview>
}

interface WorkerRow extends Omit<WorkerRecord, 'state' | 'startedAt' | 'seenAt'> {
  stopping: number
  silent: boolean
  startedAt: Date
  seenAt: Date
}

interface QueueRow {
  labels: string[]
  waiting: number
  running: number
  oldestAt: Date | null
}

/** The workers service. */
export function createWorkers(database: Database): Workers {
  async function readWorkers(): Promise<WorkerRecord[]> {
    // A worker holds its lock as long as it lives: without it, the row is that of a dead one which nobody has removed yet.
    const alive =
      database.kind === 'pglite' ? 'true' : `(role = 'web' or not pg_try_advisory_xact_lock(hashtextextended(id, 0)))`
    const { rows } = await database.query<WorkerRow>(
      `select id, role, host, pid, version, labels, max_runs as "maxRuns", runs, steps, cpu, memory_bytes as "memoryBytes",
        stopping, seen_at < now() - make_interval(secs => $1) as silent, started_at as "startedAt", seen_at as "seenAt"
      from workers where ${alive} order by role = 'web', started_at, id`,
      [silentSeconds],
    )
    return rows.map(({ stopping, silent, startedAt, seenAt, ...row }) => ({
      ...row,
      state: silent ? 'silent' : stopping > 0 ? 'stopping' : 'working',
      startedAt: startedAt.toISOString(),
      seenAt: seenAt.toISOString(),
    }))
  }

  return {
    async list(scope) {
      const [workers, { rows }] = await Promise.all([
        readWorkers(),
        database.query<QueueRow>(
          `select labels, count(*) filter (where owner is null)::int as waiting,
            count(*) filter (where owner is not null)::int as running,
            min(created_at) filter (where owner is null) as "oldestAt"
          from runs where workspace_id = $1 and status in ('queued', 'running') group by labels`,
          [scope.workspaceId],
        ),
      ])
      return { workers, queues: toQueues(rows, workers) }
    },
  }
}

function toQueues(rows: readonly QueueRow[], workers: readonly WorkerRecord[]): QueueRecord[] {
  const known = rows.some(({ labels }) => labels.length === 0)
  const all = known ? rows : [{ labels: [], waiting: 0, running: 0, oldestAt: null }, ...rows]
  return all
    .map(({ labels, oldestAt, ...counts }) => ({
      labels: labels.toSorted(),
      ...counts,
      oldestAt: oldestAt?.toISOString() ?? null,
      workers: workers.filter((worker) => canTake(worker, labels)).length,
    }))
    .sort((a, b) => a.labels.length - b.labels.length || a.labels.join().localeCompare(b.labels.join()))
}

/** Whether the worker takes runs that need these labels. */
function canTake({ role, state, labels }: WorkerRecord, needed: readonly string[]): boolean {
  return role !== 'web' && state === 'working' && needed.every((label) => labels.includes(label))
}
