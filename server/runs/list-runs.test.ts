import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import type { RunStatus } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import { localScope } from '#server/auth/scope.ts'
import { listRuns, type RunListOptions } from './list-runs.ts'

interface Seeded {
  id: string
  name: string
  status: RunStatus
  trigger: 'manual' | 'api' | 'schedule' | 'cli'
  message: string | null
  createdAt: Date
  source: string | null
  keep: boolean
  parent: string | null
}

const names = ['Triage invoices', 'Route 100% of orders', 'Watch_calls', 'triage INVOICES again', 'Über uns']
const messages = [
  'The server at api.example.com answered 503',
  'with.items is not a list: it is a text',
  'The model said: rate-limit reached (429)',
]
const statuses: RunStatus[] = ['succeeded', 'failed', 'cancelled', 'waiting', 'paused', 'queued']
const triggers: Seeded['trigger'][] = ['manual', 'api', 'schedule', 'cli']

/** 300 runs, several of them at the same moment. */
const seeded = Array.from({ length: 300 }, (_, index): Seeded => {
  const status = statuses[(index * 7) % 6]!
  return {
    id: newId(),
    name: names[(index * 3) % 5]!,
    status,
    trigger: triggers[(index >> 2) % 4]!,
    message: status === 'failed' ? messages[index % 3]! + (index % 7 === 0 ? ` for customer ${index}` : '') : null,
    createdAt: new Date(Date.now() - Math.floor(index / 3) * 60_000),
    source: index % 11 === 0 ? 'source' : null,
    keep: index % 13 === 0,
    parent: index % 10 === 9 ? 'parent' : null,
  }
})

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** What a list should have, said as plainly as can be. */
function expected({ status, trigger, sourceRunId, keep, since, before, search }: Partial<RunListOptions>): string[] {
  const found = seeded.filter((run) => {
    if (run.parent !== null) return false
    if (status && status.length > 0 && !status.includes(run.status)) return false
    if (trigger && trigger.length > 0 && !trigger.includes(run.trigger)) return false
    if (sourceRunId !== undefined && run.source !== sourceRunId) return false
    if (keep !== undefined && run.keep !== keep) return false
    if (since !== undefined && run.createdAt < new Date(since)) return false
    if (before !== undefined && run.createdAt >= new Date(before)) return false
    if (!search) return true
    const asked = wordsOf(search)
    return (
      run.name.toLowerCase().includes(search.toLowerCase()) ||
      run.id.startsWith(search) ||
      (run.message !== null &&
        asked.length > 0 &&
        asked.every((word) => wordsOf(run.message!).some((each) => each.startsWith(word))))
    )
  })
  const newest = (a: Seeded, b: Seeded): number =>
    b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1)
  return found.sort(newest).map(({ id }) => id)
}

describeEachDatabase('a list of runs', (open) => {
  let database: Database

  beforeAll(async () => {
    database = await open()
    for (const run of seeded) {
      await database.query(
        `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by, status, trigger, error,
           created_at, source_run_id, keep, parent_run_id)
         values ($1, 'local', $2, 'hash', '{}', 'owner', $3, $4, $5, $6, $7, $8, $9)`,
        [
          run.id,
          run.name,
          run.status,
          run.trigger,
          run.message === null ? null : JSON.stringify({ code: 'step-failed', message: run.message }),
          run.createdAt,
          run.source,
          run.keep,
          run.parent,
        ],
      )
    }
    await database.query("insert into workspaces (id, name) values ('other', 'Other')")
    await database.query(
      `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by)
       values ('foreign', 'other', 'Triage invoices', 'hash', '{}', 'owner')`,
    )
  })

  async function allPages(options: Partial<RunListOptions>, limit = 7): Promise<string[]> {
    const ids: string[] = []
    for (let cursor: string | undefined, more = true; more;) {
      const page = await listRuns(database.query, localScope, { ...options, cursor, limit })
      expect(page.items.length).toBeLessThanOrEqual(limit)
      ids.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
      more = cursor !== undefined
    }
    return ids
  }

  it('has every run once and in order over its pages, whatever is asked for', async () => {
    const some = <Value>(values: readonly Value[]) => fc.option(fc.subarray([...values]), { nil: undefined })
    const time = fc.option(
      fc.integer({ min: 0, max: 110 }).map((minutes) => new Date(Date.now() - minutes * 60_000).toISOString()),
      { nil: undefined },
    )
    const questions = fc.record({
      status: some(statuses),
      trigger: some(triggers),
      sourceRunId: fc.constantFrom(undefined, undefined, 'source'),
      keep: fc.constantFrom(undefined, undefined, true, false),
      since: time,
      before: time,
      search: fc.constantFrom(undefined, undefined, 'invoices', 'customer', '503', 'rate limit', '100%', 'is not'),
    })
    await fc.assert(
      fc.asyncProperty(questions, fc.integer({ min: 1, max: 60 }), async (question, limit) => {
        expect(await allPages(question, limit)).toEqual(expected(question))
      }),
      { numRuns: 40 },
    )
  })

  describe('that is searched', () => {
    it.each([
      ['any part of a name', 'VOICES'],
      ['a name with signs that mean something elsewhere', '100%'],
      ['a name with an underscore', 'h_c'],
      ['a name in another script', 'über'],
      ['a word of an error', '503'],
      ['a word inside an address', 'example'],
      ['the beginning of a word', 'answ'],
      ['several words, wherever they are', 'customer 503'],
      ['words with signs between', 'rate-limit'],
      ['what looks like a query', "a & b | !c:* ' \\m("],
      ['nothing that there is', 'nobody'],
    ])('finds %s', async (_what, search) => {
      expect(await allPages({ search })).toEqual(expected({ search }))
    })

    it('finds a run by its id and by the beginning of it', async () => {
      const { id } = seeded[5]!
      expect(await allPages({ search: id })).toEqual([id])
      expect(await allPages({ search: id.slice(0, 8) })).toContain(id)
      expect(await allPages({ search: id.slice(0, 30) })).toEqual(expected({ search: id.slice(0, 30) }))
      expect(await allPages({ search: 'foreign' })).toEqual([])
    })
  })

  it('reads its pages from an index', async () => {
    const rows = await database.transaction(async ({ query }) => {
      // So that few rows do not make other plans cheaper.
      for (const plan of ['seqscan', 'bitmapscan', 'sort']) await query(`set local enable_${plan} = off`)
      const explained = await query<{ 'QUERY PLAN': string }>(
        `explain select id from runs r where r.parent_run_id is null and r.workspace_id = 'local' and r.status = 'failed'
           and (r.created_at, r.id) < (now(), 'x') order by r.created_at desc, r.id desc limit 51`,
      )
      return explained.rows
    })
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toMatch(/Index (Only )?Scan Backward using runs_listed/)
    expect(plan).not.toContain('Sort')
  })
})
