import { beforeAll, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import type { RunEvent } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import { createJournal } from '#server/engine/journal.ts'
import { findFailedItems } from './failed-items.ts'
import { findLastEvent, findSuccess } from './find-events.ts'

const succeeded = (path: string, value: string, attempt = 1): RunEvent => ({
  type: 'step-succeeded',
  path,
  attempt,
  output: { value },
  ports: ['out'],
  durationMs: 1,
})

describeEachDatabase('events found in a journal', (open) => {
  let database: Database
  let runId: string

  beforeAll(async () => {
    database = await open()
    runId = newId()
    await database.query(
      `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by)
       values ($1, 'local', 'Test', 'hash', '{}', 'owner')`,
      [runId],
    )
    // The first release wrote one event to a row.
    await database.query('insert into run_events (run_id, seq, at, data) values ($1, 1, 5, $2)', [
      runId,
      JSON.stringify(succeeded('old', 'of old')),
    ])
    const journal = createJournal(database)
    const { epoch } = await journal.claim(runId, 'test')
    const failed = { code: 'step-failed', message: 'no', step: 'each[1].mood' } as const
    await journal.append(runId, epoch, [
      succeeded('each[0].mood', 'first'),
      succeeded('each[0].mood', 'again', 2),
      succeeded('talk', 'says "path":"each[0].mood"'),
      { type: 'item-finished', path: 'each[0]', output: { value: 'again' } },
      { type: 'item-finished', path: 'each[1]', error: failed },
      { type: 'run-failed', error: failed, durationMs: 3 },
    ])
    await journal.close()
  })

  it('has the latest success of a path', async () => {
    expect(await findSuccess(database.query, runId, 'each[0].mood')).toMatchObject({ output: { value: 'again' } })
    expect(await findSuccess(database.query, runId, 'old')).toMatchObject({ output: { value: 'of old' } })
    expect(await findSuccess(database.query, runId, 'each[0]')).toBeUndefined()
    expect(await findSuccess(database.query, newId(), 'old')).toBeUndefined()
  })

  it('has the last event of a run', async () => {
    expect(await findLastEvent(database.query, runId)).toMatchObject({ type: 'run-failed' })
    expect(await findLastEvent(database.query, newId())).toBeUndefined()
  })

  it('has one event a row in the view, old rows and new', async () => {
    const { rows } = await database.query<{ seq: number; at: number; data: RunEvent }>(
      'select seq, at, data from run_journal where run_id = $1 order by seq',
      [runId],
    )
    expect(rows.map(({ seq, data }) => [seq, data.type])).toEqual([
      [1, 'step-succeeded'],
      [2, 'step-succeeded'],
      [3, 'step-succeeded'],
      [4, 'step-succeeded'],
      [5, 'item-finished'],
      [6, 'item-finished'],
      [7, 'run-failed'],
    ])
    expect(await findFailedItems(database.query, runId)).toEqual(['each[1].mood'])
  })
})
