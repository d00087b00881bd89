// Costs of the journal beside the bare statements they stand on: `node bench/journal.ts`.
import { pathToFileURL } from 'node:url'
import type { Database } from '#db/client.ts'
import type { RunEvent } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import { createHub } from '#server/engine/hub.ts'
import { createJournal } from '#server/engine/journal.ts'
import { type BenchRow, lineOf } from './bench-row.ts'
import { onBothDatabases } from './both-databases.ts'
import { median, times } from './measure.ts'

const concurrentRuns = 100

/** What a step of a usual size leaves in the journal. */
const stepEvents = (index: number): [RunEvent, RunEvent] => [
  { type: 'step-started', path: `each[${index}].mood`, attempt: 1 },
  {
    type: 'step-succeeded',
    path: `each[${index}].mood`,
    attempt: 1,
    output: { value: { label: 'happy', score: 0.93, text: 'A review of a usual length, "quoted" here and there.' } },
    ports: ['out'],
    durationMs: 12.5,
  },
]

/** The first ones still have plans and code to compile. */
const medianMs = async (count: number, work: (index: number) => Promise<unknown>): Promise<number> =>
  median((await times(count, work)).slice(count / 5))

async function makeRuns(database: Database, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, newId)
  await database.query(
    `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by)
     select id, 'local', 'Bench', 'hash', '{}', 'owner' from unnest($1::text[]) as id`,
    [ids],
  )
  await database.query('analyze runs')
  return ids
}

/** Inserts rows in one statement and notifies: the least that a durable, visible step can cost. */
function bareAppend(database: Database, runId: string, firstSeq: number, events: readonly RunEvent[]) {
  return database.query(
    `with added as (
       insert into run_events (run_id, seq, at, data) select $1, e.seq, $3, e.data
       from unnest($2::int[], $4::json[]) as e(seq, data)
     ) select pg_notify('bench', $1 || ':' || $2[1])`,
    [runId, events.map((_, index) => firstSeq + index), Date.now(), events.map((event) => JSON.stringify(event))],
    'bare-append',
  )
}

/** Measures the journal on an open database, with the bare statements measured just before. */
export async function benchJournal(database: Database): Promise<BenchRow[]> {
  const [bareRun, appendRun, ...runIds] = await makeRuns(database, concurrentRuns + 2)
  const row = (name: string, value: number, unit: string, beside?: number): BenchRow => ({
    name,
    value,
    unit,
    database: database.kind,
    ...(beside === undefined ? {} : { beside }),
  })
  const single = await medianMs(400, (index) =>
    database.query(
      'insert into run_events (run_id, seq, at, data) values ($1, $2, $3, $4)',
      [bareRun, index + 1, Date.now(), JSON.stringify(stepEvents(index)[1])],
      'bare-single',
    ),
  )
  const pair = await medianMs(400, (index) => bareAppend(database, bareRun!, 10_000 + index * 2, stepEvents(index)))
  const batch = Array.from({ length: concurrentRuns }, (_, index) => stepEvents(index)).flat()
  const bareBatch = await medianMs(100, (index) =>
    bareAppend(database, bareRun!, 100_000 + index * batch.length, batch),
  )

  const hub = createHub(database)
  const journal = createJournal(database, hub)
  const { epoch } = await journal.claim(appendRun!, 'bench')
  const sequential = await medianMs(400, (index) => journal.append(appendRun!, epoch, stepEvents(index)))

  const claimed = await Promise.all(runIds.map(async (runId) => ({ runId, ...(await journal.claim(runId, 'bench')) })))
  const perRun = 200
  const start = performance.now()
  await Promise.all(
    claimed.map(async (run) => {
      for (let index = 0; index < perRun; index++) await journal.append(run.runId, run.epoch, stepEvents(index))
    }),
  )
  const saturated = (concurrentRuns * perRun * 2 * 1_000) / (performance.now() - start)
  await journal.close()
  await hub.close()
  return [
    row('bare insert of one row, p50', single, 'ms'),
    row('bare insert of 2 rows with NOTIFY, p50', pair, 'ms'),
    row(`bare insert of ${batch.length} rows with NOTIFY, p50`, bareBatch, 'ms'),
    row('journal append of 2 events, one run, p50', sequential, 'ms', pair),
    row(`journal append, ${concurrentRuns} runs at once`, saturated, 'events/s', (batch.length * 1_000) / bareBatch),
  ]
}

/** Measures on both databases, each made for the purpose and removed again; PostgreSQL with commits that reach the disk. */
export const benchJournalOnBoth = (): Promise<BenchRow[]> => onBothDatabases(({ database }) => benchJournal(database))

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const row of await benchJournalOnBoth()) console.log(lineOf(row))
  process.exit(0)
}
