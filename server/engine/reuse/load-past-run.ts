import type { Database } from '#db/client.ts'
import type { Plan } from '../core/core.ts'
import type { Again } from './again.ts'
import { PastRun, type PastEnd } from './past-run.ts'
import { readPastEvents } from './read-past-events.ts'
import { stepOfPlan } from './step-of-plan.ts'

/** How many runs back the inside of a container is looked for. */
const longestChain = 50
/** Puts the events of another journal between two of this one, in their order. */
const within = (after: number, seq: number): number => after + 0.5 + seq / 2 ** 33

/** Which part of a map the new run is itself, when it is one. */
export interface PartRange {
  path: string
  from: number
  count: number
}

/**
 * Reads what can be reused of a run. What it took over whole from a run before it, and what now has to be entered, is read
 * there; items of spread maps are read from the runs that carried the parts out.
 */
export async function loadPastRun(
  database: Database,
  runId: string,
  options: { plan: Plan; again: Again; part: PartRange | null },
): Promise<PastRun> {
  const past = new PastRun(options.plan)
  let layer: Layer | null = { runId, holes: null }
  for (let depth = 0; layer && depth < longestChain; depth += 1) {
    const taken = await readLayer(database, past, layer, options)
    const holes = taken.filter(({ path }) => {
      return options.again.standing(path) === 'open' && stepOfPlan(options.plan, path)?.container
    })
    const source: string | null = holes.length > 0 ? await sourceOf(database, layer.runId) : null
    layer = source === null ? null : { runId: source, holes }
  }
  return past
}

interface Layer {
  runId: string
  /** Containers whose inside alone is of interest; null for everything. */
  holes: readonly PastEnd[] | null
}

/** Gives the steps that this run took over whole from the one before it. */
async function readLayer(
  database: Database,
  past: PastRun,
  { runId, holes }: Layer,
  options: { again: Again; part: PartRange | null },
): Promise<PastEnd[]> {
  const finishedParts = new Map<string, number>()
  const taken: string[] = []
  for await (const events of readPastEvents(database, runId)) {
    for (const event of events) {
      const order = holes ? orderInHole(holes, event.path, event.type, event.seq) : event.seq
      if (order === null) continue
      if (event.type === 'part-finished') finishedParts.set(event.partRunId!, order)
      else past.apply({ ...event, order })
      if (event.reused === 'run') taken.push(event.path)
    }
  }
  await readParts(database, past, runId, finishedParts, options)
  return taken.flatMap((path) => past.endOf(path) ?? [])
}

function orderInHole(holes: readonly PastEnd[], path: string, type: string, seq: number): number | null {
  for (const hole of holes) {
    const isInside = path.startsWith(`${hole.path}.`) || path.startsWith(`${hole.path}[`)
    if (isInside || (path === hole.path && /-(expanded|entered|yielded|retried)$|^part-/.test(type))) {
      return within(hole.order - 1, seq)
    }
  }
  return null
}

async function readParts(
  database: Database,
  past: PastRun,
  runId: string,
  finished: ReadonlyMap<string, number>,
  { again, part: own }: { again: Again; part: PartRange | null },
): Promise<void> {
  const { rows } = await database.query<{ id: string; part: PartRange }>(
    `select id, json_build_object('path', part -> 'path', 'from', part -> 'from', 'count', part -> 'count') as part
     from runs where parent_run_id = $1 order by id`,
    [runId],
  )
  for (const { id, part } of rows) {
    const opening = past.openingOf(part.path)
    if (!opening || isOver(past, again, part.path)) continue
    if (own && (own.path !== part.path || part.from >= own.from + own.count || own.from >= part.from + part.count))
      continue
    // Whose part was never heard of may have worked for an attempt that was given up.
    const order = finished.get(id) ?? (past.attemptsOf(part.path) > 1 ? null : opening.order)
    if (order === null || order < opening.order) continue
    for await (const events of readPastEvents(database, id)) {
      for (const event of events) {
        if (event.path.startsWith(`${part.path}[`)) past.apply({ ...event, order: within(order, event.seq) })
      }
    }
  }
}

/** Whether nobody will look inside: the container is reused whole, or everything in it is carried out again. */
function isOver(past: PastRun, again: Again, path: string): boolean {
  const standing = again.standing(path)
  return standing === 'again' || (standing === 'free' && past.endOf(path)?.type === 'step-succeeded')
}

async function sourceOf(database: Database, runId: string): Promise<string | null> {
  const { rows } = await database.query<{ source: string | null }>(
    `select coalesce(options -> 'reuse' ->> 'runId', source_run_id) as source from runs where id = $1`,
    [runId],
  )
  return rows[0]?.source ?? null
}
