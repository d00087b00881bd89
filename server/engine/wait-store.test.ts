import { beforeAll, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import type { Answer, Wait } from '#pipeline/events.ts'
import { createWaitStore, type WaitStore } from './wait-store.ts'

const question: Wait = { kind: 'approval', title: 'Go?', details: { editable: false, onTimeout: 'fail' } }
const timeout: Answer = { kind: 'timed-out', at: 2 }
const approval: Answer = { kind: 'approved', by: 'ada', at: 1 }

describeEachDatabase('waits on record', (open) => {
  let database: Database
  let store: WaitStore
  beforeAll(async () => {
    database = await open()
    store = createWaitStore(database)
    await database.query(
      `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by, status, epoch)
       values ('run', 'local', 'test', 'hash', '{}', 'owner', 'running', 3)`,
    )
  })

  const openAt = (path: string, attempt = 1, epoch = 3) =>
    store.open({ runId: 'run', epoch, path, attempt, wait: question })
  const rowOf = async (id: string) =>
    (await database.query('select * from run_waits where id = $1', [id])).rows[0] as { token: string } | undefined
  const answerIt = (id: string) =>
    database.query('update run_waits set answer = $2::json where id = $1', [id, JSON.stringify(approval)])

  it('are the same wait when they are opened again after a crash, with the answer from before it', async () => {
    const first = await openAt('again')
    expect(first.answer).toBeNull()
    const { token } = (await rowOf(first.id))!
    await answerIt(first.id)
    expect(await openAt('again')).toEqual({ id: first.id, answer: approval })
    expect((await rowOf(first.id))!.token).toBe(token)
  })

  it('are new waits after another attempt, and after the end of the one before', async () => {
    const first = await openAt('retried')
    await answerIt(first.id)
    const second = await openAt('retried', 2)
    expect(second).toEqual({ id: expect.not.stringContaining(first.id), answer: null })
    expect(await rowOf(first.id)).toBeUndefined()
    await database.query('update run_waits set ended_at = now() where id = $1', [second.id])
    const third = await openAt('retried', 2)
    expect(third).toEqual({ id: expect.not.stringContaining(second.id), answer: null })
  })

  it('are refused to a worker that has lost the run', async () => {
    await expect(openAt('lost', 1, 2)).rejects.toMatchObject({ code: 'stale-epoch' })
    expect((await database.query(`select from run_waits where path = 'lost'`)).rows).toEqual([])
  })

  it('time out once, and only without an answer', async () => {
    const { id } = await openAt('slow')
    expect(await store.expire(id, timeout)).toEqual(timeout)
    expect(await store.expire(id, { kind: 'timed-out', at: 3 })).toEqual(timeout)
    const answered = await openAt('fast')
    await answerIt(answered.id)
    expect(await store.expire(answered.id, timeout)).toEqual(approval)
  })

  it('see an answer that is being stored at the moment they time out', async () => {
    const { id } = await openAt('race')
    let expiring: Promise<Answer> | undefined
    await database.transaction(async ({ query }) => {
      await query('update run_waits set answer = $2::json where id = $1', [id, JSON.stringify(approval)])
      expiring = store.expire(id, timeout)
      // On the embedded database it waits for the end of the transaction anyway.
      if (database.kind === 'pglite') return
      for (let blocked = 0; blocked === 0;) {
        const { rows } = await query<{ n: number }>(
          `select count(*)::int as n from pg_locks l join pg_stat_activity a using (pid)
           where not l.granted and a.datname = current_database()`,
        )
        blocked = rows[0]!.n
      }
    })
    expect(await expiring).toEqual(approval)
  })
})
