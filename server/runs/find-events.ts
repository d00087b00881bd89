import type { Query } from '#db/client.ts'
import type { RunEvent } from '#pipeline/events.ts'

type StepSucceeded = Extract<RunEvent, { type: 'step-succeeded' }>
interface Row {
  /** A row of the journal: several events, or one of an older release. */
  data: RunEvent | RunEvent[]
}

const eventsOf = ({ data }: Row): RunEvent[] => (Array.isArray(data) ? data : [data])

/** The last event of a run. */
export async function findLastEvent(query: Query, runId: string): Promise<RunEvent | undefined> {
  const { rows } = await query<Row>('select data from run_events where run_id = $1 order by seq desc limit 1', [runId])
  return rows[0] && eventsOf(rows[0]).at(-1)
}

/** The latest success of a step path. Only rows whose text has the path are read as JSON. */
export async function findSuccess(query: Query, runId: string, path: string): Promise<StepSucceeded | undefined> {
  const { rows } = await query<Row>(
    `select data from run_events where run_id = $1 and strpos(data::text, $2) > 0 order by seq desc`,
    [runId, `"path":${JSON.stringify(path)}`],
  )
  for (const row of rows) {
    const found = eventsOf(row).findLast(
      (event): event is StepSucceeded => event.type === 'step-succeeded' && event.path === path,
    )
    if (found) return found
  }
  return undefined
}
