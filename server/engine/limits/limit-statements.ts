import type { Query } from '#db/client.ts'
import type { LimitRequest } from './limit-types.ts'
import type { KeyUse, Waiter } from './grant-places.ts'
import { grantPlaces, spanOf } from './grant-places.ts'

/** A row of the line at a key. */
export interface Asking extends Omit<LimitRequest, 'key'> {
  holder: string
}

/** Who got a place in a look at a key, and when the next could. */
export interface Look {
  granted: { holder: string; worker: string }[]
  /** Milliseconds from now; null when that takes somebody to give a place back. */
  nextInMs: number | null
}

/** Most who are let through in one look: another follows at once where more could be. */
const mostPerLook = 200

/**
 * One look at a key, in a transaction of its own: gives back, lines up, and lets through whoever's turn it is, of whatever
 * process. The lock has the looks at one key follow each other, so that two can never give the same place away.
 */
export async function lookAtKey(
  query: Query,
  key: string,
  worker: string,
  changes: { asking: readonly Asking[]; leaving: readonly string[] },
): Promise<Look> {
  await query(`select pg_advisory_xact_lock(hashtextextended('limit:' || $1, 0))`, [key], 'limit-lock')
  if (changes.asking.length > 0 || changes.leaving.length > 0) await lineUp(query, key, worker, changes)
  const { rows } = await query<WaitingRow>(
    `select holder, worker, concurrency, rate_count as "rateCount", rate_ms as "rateMs"
    from limit_holders where key = $1 and taken_at is null
    order by priority desc nulls last, asked_at, holder limit ${mostPerLook}`,
    [key],
    'limit-line',
  )
  if (rows.length === 0) return { granted: [], nextInMs: null }
  const waiting = rows.map(toWaiter)
  const use = await readUse(query, key, waiting[0]!)
  const { granted, nextAt } = grantPlaces(waiting, use)
  const admitted = rows.slice(0, granted)
  if (admitted.length > 0) await grant(query, key, admitted, use.now, waiting[0]!.rate !== null)
  return { granted: admitted, nextInMs: nextAt === null ? null : Math.max(0, nextAt - use.now) }
}

interface WaitingRow {
  holder: string
  worker: string
  concurrency: number | null
  rateCount: number | null
  rateMs: number | null
}

const toWaiter = ({ concurrency, rateCount, rateMs }: WaitingRow): Waiter => ({
  concurrency,
  rate: rateCount === null || rateMs === null ? null : { count: rateCount, perMs: rateMs },
})

async function lineUp(
  query: Query,
  key: string,
  worker: string,
  { asking, leaving }: { asking: readonly Asking[]; leaving: readonly string[] },
): Promise<void> {
  const rows = asking.map(({ holder, priority, concurrency, rate }) => ({
    holder,
    priority,
    concurrency,
    rate_count: rate?.count ?? null,
    rate_ms: rate?.perMs ?? null,
  }))
  await query(
    `with left_line as (delete from limit_holders where key = $1 and holder = any($2::text[]))
    insert into limit_holders (key, holder, worker, priority, concurrency, rate_count, rate_ms, asked_at)
    select $1, holder, $3, priority, concurrency, rate_count, rate_ms, clock_timestamp()
    from json_to_recordset($4::json) as r(holder text, priority int, concurrency int, rate_count int, rate_ms int)
    on conflict do nothing`,
    [key, leaving, worker, JSON.stringify(rows)],
    'limit-line-up',
  )
}

async function readUse(query: Query, key: string, { rate }: Waiter): Promise<KeyUse> {
  const { rows } = await query<KeyUse>(
    `with span as (select extract(epoch from clock_timestamp()) * 1000 as now)
    select now::float8,
      (select count(*)::int from limit_holders where key = $1 and taken_at is not null) as held,
      (select count(*)::int from limit_starts where key = $1 and at > to_timestamp((now - $2) / 1000)) as started,
      (select (extract(epoch from min(at)) * 1000)::float8 from limit_starts
        where key = $1 and at > to_timestamp((now - $2) / 1000)) as "oldestStart"
    from span`,
    [key, rate ? spanOf(rate) : 0],
    'limit-use',
  )
  return rows[0]!
}

/** Starts are written where there is a rate; those too old to count go. Every process hears who may go. */
async function grant(
  query: Query,
  key: string,
  rows: readonly WaitingRow[],
  now: number,
  rated: boolean,
): Promise<void> {
  const workers = Map.groupBy(rows, ({ worker }) => worker)
  const payloads = [...workers].map(([worker, granted]) =>
    JSON.stringify({ worker, key, holders: granted.map(({ holder }) => holder) }),
  )
  await query(
    `with taken as (
      update limit_holders set taken_at = to_timestamp($3::float8 / 1000) where key = $1 and holder = any($2::text[])
    ), started as (
      insert into limit_starts (key, id, at)
      select $1, holder, to_timestamp($3::float8 / 1000) from unnest($2::text[]) as holder where $4
    ), old as (
      delete from limit_starts where key = $1 and at < to_timestamp(($3::float8 - $5) / 1000)
    )
    select pg_notify('${limitChannel}', payload) from unnest($6::text[]) as payload`,
    [
      key,
      rows.map(({ holder }) => holder),
      now,
      rated,
      2 * spanOf({ perMs: Math.max(...rows.map(({ rateMs }) => rateMs ?? 0)) }),
      payloads,
    ],
    'limit-grant',
  )
}

/** Says to a worker which of its steps may go: `{ worker, key, holders }`. */
export const limitChannel = 'limit_places'

/** Frees the places of workers that are gone; gives the keys at which there were some. */
export async function freeDeadPlaces(query: Query, keys: readonly string[]): Promise<string[]> {
  // A database that has just started has the locks of nobody yet: its workers need a moment to come back.
  const { rows } = await query<{ key: string }>(
    `with workers as materialized (select distinct worker from limit_holders where key = any($1::text[])),
    gone as materialized (
      select worker from workers
      where pg_postmaster_start_time() < now() - interval '10 seconds'
        and pg_try_advisory_xact_lock(hashtextextended(worker, 0))
    )
    delete from limit_holders where worker in (select worker from gone) returning key`,
    [keys],
    'limit-free-dead',
  )
  return [...new Set(rows.map(({ key }) => key))]
}
