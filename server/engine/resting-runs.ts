import type { Database } from '#db/client.ts'
import { Batcher } from './batcher.ts'
import type { RestingRun } from './executor-types.ts'

/** A run that its worker lets go of because it only waits. */
export interface RunToRest {
  id: string
  epoch: number
  rest: RestingRun
}

export interface RestingRuns {
  /**
   * Says in the run's row that it rests and that nobody holds it; its job must be gone by then, since from now on anybody may
   * queue it anew. Resolves to whether something was said to the run that it has not taken. A run taken over meanwhile stays as it is.
   */
  rest(run: RunToRest): Promise<boolean>
}

interface RestedRow {
  id: string
  workspace_id: string
  told: boolean
}

const restSql = `
update runs r set status = k.status, owner = null, wake_at = to_timestamp(k."wakeAt" / 1000)
from json_to_recordset($1::json) as k(id text, epoch int, status text, "wakeAt" float8)
where r.id = k.id and r.epoch = k.epoch
returning r.id, r.workspace_id, exists (select from run_signals s where s.run_id = r.id) as told`

/** Puts runs to rest, many in one statement; `onRested` hears of each. */
export function createRestingRuns(
  database: Database,
  onRested: (workspaceId: string, runId: string, wakeAt: number | null) => void,
): RestingRuns {
  const resting = new Batcher<RunToRest, boolean>(async (runs) => {
    const rows = runs.map(({ id, epoch, rest }) => ({
      ...{ id, epoch },
      status: rest.kind === 'paused' ? 'paused' : 'waiting',
      wakeAt: rest.wakeAt,
    }))
    const { rows: rested } = await database.query<RestedRow>(restSql, [JSON.stringify(rows)], 'runs-rest')
    const byId = new Map(rested.map((row) => [row.id, row]))
    return runs.map(({ id, rest }) => {
      const row = byId.get(id)
      if (row) onRested(row.workspace_id, id, rest.wakeAt)
      return row?.told ?? false
    })
  })
  return { rest: (run) => resting.add(run) }
}
