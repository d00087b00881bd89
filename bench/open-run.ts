// What the first screen of a long run takes: `node bench/open-run.ts`.
import { pathToFileURL } from 'node:url'
import type { RunEvent } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import { createJournal } from '#server/engine/journal.ts'
import { createRunOverviews } from '#server/runs/run-overviews.ts'
import { type BenchRow, lineOf } from './bench-row.ts'
import { type BenchDatabase, onBothDatabases } from './both-databases.ts'
import { median, timed } from './measure.ts'

const itemCount = 33_333

const itemEvents = (index: number): RunEvent[] => [
  {
    type: 'step-started',
    path: `each[${index}].mood`,
    attempt: 1,
    inputs: { text: `Review ${index} of a usual length.` },
  },
  {
    type: 'step-succeeded',
    path: `each[${index}].mood`,
    attempt: 1,
    output: { value: { label: 'happy', score: 0.93, text: 'A review of a usual length, "quoted" here and there.' } },
    ports: ['out'],
    durationMs: 12.5,
  },
  { type: 'item-finished', path: `each[${index}]`, output: { value: { label: 'happy', score: 0.93 } } },
]

/** Journals a run of about 100,000 events as an engine does: some items at a time. */
async function journalLongRun({ database }: BenchDatabase): Promise<string> {
  const runId = newId()
  await database.query(
    `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by)
     values ($1, 'local', 'Bench', 'hash', '{}', 'owner')`,
    [runId],
  )
  const journal = createJournal(database)
  const { epoch } = await journal.claim(runId, 'bench')
  await journal.append(runId, epoch, [
    { type: 'run-started', inputs: {} },
    { type: 'step-started', path: 'each', attempt: 1 },
    { type: 'map-expanded', path: 'each', items: { value: [] }, count: itemCount, concurrency: 16 },
  ])
  for (let index = 0; index < itemCount; index += 16) {
    const items = Array.from({ length: Math.min(16, itemCount - index) }, (_, offset) => itemEvents(index + offset))
    await journal.append(runId, epoch, items.flat())
  }
  await journal.append(runId, epoch, [{ type: 'run-succeeded', outputs: { value: {} }, durationMs: 1 }], {
    status: 'succeeded',
    finishedAt: Date.now(),
  })
  await journal.close()
  return runId
}

/** Milliseconds for the overview and for a page of items in the middle of it, by a server that has not seen the run before. */
export function benchOpenRun({ rounds = 5 }: { rounds?: number } = {}): Promise<BenchRow[]> {
  return onBothDatabases(async (on) => {
    const runId = await journalLongRun(on)
    const reader = createJournal(on.database)
    const first: number[] = []
    const items: number[] = []
    const again: number[] = []
    let bytes = 0
    for (let round = 0; round <= rounds; round++) {
      const overviews = createRunOverviews((id, range) => reader.read(id, range))
      const firstMs = await timed(async () => {
        bytes = JSON.stringify(await overviews.view(runId)).length
      })
      const itemsMs = await timed(() => overviews.items(runId, { path: 'each', from: itemCount >> 1, limit: 50 }))
      const againMs = await timed(() => overviews.view(runId))
      if (round === 0) continue
      first.push(firstMs)
      items.push(itemsMs)
      again.push(againMs)
    }
    await reader.close()
    const database = on.database.kind
    return [
      { name: 'first screen of a run of 100,000 events', value: median(first), unit: 'ms', database, limit: 1_000 },
      { name: 'what is sent for it', value: bytes / 1_000, unit: 'kB', database },
      { name: 'the same once more', value: median(again), unit: 'ms', database },
      { name: '50 items from the middle of it', value: median(items), unit: 'ms', database },
    ]
  })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const row of await benchOpenRun()) console.log(lineOf(row))
  process.exit(0)
}
