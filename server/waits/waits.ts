import type { Database } from '#db/client.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { WaitAnswer } from '#pipeline/wait-details.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { Engine } from '#server/engine/engine.ts'
import { decodeCursor, encodeCursor, searchPattern } from '#server/page-cursor.ts'
import type { WaitFilter, WaitService } from '#server/services.ts'
import { readAnswer } from './read-answer.ts'
import { publicWaitOf, waitColumns, waitDetailOf, waitEndOf, type WaitRow, waitSummaryOf } from './wait-rows.ts'

const openSql = `
  from run_waits w join runs r on r.id = w.run_id
  where w.workspace_id = $1 and w.kind <> 'event' and w.answer is null and w.ended_at is null and r.finished_at is null
    and ($2::text is null or r.pipeline_id = $2) and ($3::text is null or w.run_id = $3 or r.parent_run_id = $3)
    and ($4::text is null or w.title ilike $4 or r.pipeline_name ilike $4)`

const listSql = `select ${waitColumns} ${openSql}
  and ($5::timestamptz is null or (w.created_at, w.id) > ($5, $6::text))
  order by w.created_at, w.id limit $7`

const findSql = `select ${waitColumns} from run_waits w join runs r on r.id = w.run_id where w.kind <> 'event'`

/** A watcher of the number of open questions hears of it at most this often. */
const quietMs = 200

/** What waits for people in a workspace, and the way to answer it. */
export function createWaits(
  database: Database,
  engine: Pick<Engine, 'answerWait' | 'sendEvent' | 'watchRuns'>,
): WaitService {
  const { query } = database

  async function findById(scope: Scope, id: string): Promise<WaitRow> {
    const { rows } = await query<WaitRow>(`${findSql} and w.workspace_id = $1 and w.id = $2`, [scope.workspaceId, id])
    if (!rows[0]) {
      throw new OrchestratorError('not-found', `Nothing with the id "${id}" waits, or has waited.`, {
        retryable: false,
      })
    }
    return rows[0]
  }

  async function findByToken(token: string): Promise<WaitRow> {
    const { rows } = await query<WaitRow>(`${findSql} and w.token = $1`, [token])
    if (!rows[0]) {
      throw new OrchestratorError(
        'not-found',
        'This link leads to nothing: its question is gone, or it is not whole.',
        {
          fix: 'Open the link again as it was sent.',
          retryable: false,
        },
      )
    }
    return rows[0]
  }

  /** Answers the question of a row; gives the row as it is after that. */
  async function answerRow(row: WaitRow, given: WaitAnswer, by: string): Promise<WaitRow> {
    if (waitEndOf(row)) throw notWaiting(row)
    const answer = readAnswer(row, given, { by, at: Date.now() })
    const isFirst = await engine.answerWait(row.id, { ...answer, by })
    const after = await findByToken(row.token)
    if (!isFirst) throw notWaiting(after)
    return after
  }

  const filterOf = ({ pipelineId, runId, search }: WaitFilter) => [
    pipelineId ?? null,
    runId ?? null,
    searchPattern(search || undefined),
  ]

  async function countOpen(scope: Scope, filter: WaitFilter): Promise<number> {
    const { rows } = await query<{ open: number }>(
      `select count(*)::int as open ${openSql}`,
      [scope.workspaceId, ...filterOf(filter)],
      'waits-count',
    )
    return rows[0]!.open
  }

  return {
    async list(scope, { cursor, limit, ...filter }) {
      const after = decodeCursor(cursor)
      const [{ rows }, total] = await Promise.all([
        query<WaitRow>(listSql, [
          scope.workspaceId,
          ...filterOf(filter),
          after?.at ?? null,
          after?.id ?? null,
          limit + 1,
        ]),
        countOpen(scope, filter),
      ])
      const items = rows.slice(0, limit)
      const last = items.at(-1)
      return {
        items: items.map((row) => waitSummaryOf(row, scope)),
        nextCursor: rows.length > limit && last ? encodeCursor({ at: last.exact_created_at, id: last.id }) : null,
        total,
      }
    },
    get: async (scope, id) => waitDetailOf(await findById(scope, id), scope),
    async answer(scope, id, given) {
      return waitDetailOf(await answerRow(await findById(scope, id), given, scope.memberId), scope)
    },
    byToken: async (token) => publicWaitOf(await findByToken(token)),
    async answerByToken(token, given, name) {
      return publicWaitOf(await answerRow(await findByToken(token), given, name ? `${name} (by link)` : 'by link'))
    },
    async sendEvent(scope, { name, key, payload, id }) {
      const { workspaceId, memberId } = scope
      return engine.sendEvent({ workspaceId, id, name, key, payload, by: memberId })
    },
    async *changes(scope, filter, signal) {
      // Asked for first, so that nothing falls between the count and the changes after it.
      const changes = engine.watchRuns(scope, signal)[Symbol.asyncIterator]()
      let upcoming = changes.next()
      let open = await countOpen(scope, filter)
      yield { open }
      for (;;) {
        if ((await upcoming).done) return
        upcoming = changes.next()
        // Runs change many times a second; one look at the end of a short while says the same.
        await pause(quietMs, signal)
        const now = await countOpen(scope, filter)
        if (now !== open) yield { open: (open = now) }
      }
    },
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}

function notWaiting(row: WaitRow): OrchestratorError {
  const end = waitEndOf(row)
  const title = row.title ?? row.path
  if (!end) return new OrchestratorError('not-waiting', `"${title}" waits no more.`, { retryable: false })
  const how =
    end.kind === 'timed-out'
      ? 'ran out of time'
      : end.kind === 'cancelled'
        ? 'was withdrawn, because its run has moved on'
        : `was ${end.kind}${end.by ? ` by ${end.by}` : ''}`
  return new OrchestratorError('not-waiting', `"${title}" ${how} on ${end.at.slice(0, 16).replace('T', ' at ')} UTC.`, {
    details: { end },
    retryable: false,
  })
}
