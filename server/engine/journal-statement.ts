import type { RunEvent } from '#pipeline/events.ts'
import { packEvents } from './journal-rows.ts'
import type { RunChange } from './journal-types.ts'

/** What one run adds in one flush, under one epoch. */
export interface RunBatch {
  runId: string
  epoch: number
  /** Seq of the first event. */
  firstSeq: number
  /** Epoch milliseconds of each event. */
  at: number[]
  events: RunEvent[]
  change?: RunChange
}

export interface AppendOptions {
  /** Whether other processes may listen. */
  notify: boolean
  /** Whether this very batch may have been committed before its connection broke. */
  retry: boolean
}

/** Row of the answer: one per run whose epoch still holds. */
export interface AcceptedRun {
  n: number
  workspace_id: string
}

/** NOTIFY channels: `run_events` carries `<run>:<last seq>`, `run_changes` carries `<workspace>:<run>`, of several runs with commas between. */
export const channels = { events: 'run_events', changes: 'run_changes' } as const

/** What of the statement is needed beside the events. */
interface Contents {
  hasChanges: boolean
  hasSettled: boolean
  hasBlobs: boolean
}

/**
 * One statement for many runs. The share lock on a run's row holds off a claim until the commit, and a claim that came
 * first leaves the row out of `ok`, so that nothing of that run is written. A retry may meet its own rows: under a held
 * epoch nobody else can have written them. Without other processes there is nobody to hold off.
 */
function appendText(options: AppendOptions, { hasChanges, hasSettled, hasBlobs }: Contents): string {
  return `
with ok as (
  select r.id, r.workspace_id, k.n, k.last, k.change
  from unnest($1::text[], $2::int[], $3::int[], $4::json[]) with ordinality as k(id, epoch, last, change, n)
  join runs r on r.id = k.id and r.epoch = k.epoch
  ${options.notify ? 'order by r.id for share of r' : ''}
), added as (
  insert into run_events (run_id, seq, at, data)
  select ok.id, e.seq, e.at, e.data
  from rows from (unnest($5::int[]), unnest($6::int[]), unnest($7::bigint[]), json_array_elements($8::json))
    as e(n, seq, at, data) join ok using (n)
  ${options.retry ? 'on conflict (run_id, seq) do nothing' : ''}
)${
    hasChanges
      ? `, changed as (
  update runs r set
    status = coalesce(ok.change->>'status', r.status),
    outputs = coalesce(ok.change->'outputs', r.outputs),
    error = coalesce(ok.change->'error', r.error),
    started_at = coalesce(to_timestamp((ok.change->>'startedAt')::float8 / 1000), r.started_at),
    finished_at = coalesce(to_timestamp((ok.change->>'finishedAt')::float8 / 1000), r.finished_at),
    steps_done = coalesce((ok.change->>'stepsDone')::int, r.steps_done),
    steps_failed = coalesce((ok.change->>'stepsFailed')::int, r.steps_failed),
    cost_usd = coalesce((ok.change->>'costUsd')::float8, r.cost_usd)
  from ok where r.id = ok.id and ok.change is not null
)`
      : ''
  }${hasSettled ? settledText : ''}${hasBlobs ? referredText : ''}
${options.notify ? toldText(hasChanges) : ''}
select ok.n::int as n, ok.workspace_id${options.notify ? ', (select max(sent) from told)' : ''} from ok`
}

/** Runs of one notification: a payload has at most 8,000 bytes. */
const runsPerNotice = 120

function toldText(hasChanges: boolean): string {
  const notice = (channel: string, item: string, where = ''): string =>
    `select pg_notify('${channel}', string_agg(${item}, ','))::text as sent from ok ${where} group by (ok.n - 1) / ${runsPerNotice}`
  const notices = [notice(channels.events, "ok.id || ':' || ok.last")]
  if (hasChanges) {
    notices.push(notice(channels.changes, "ok.workspace_id || ':' || ok.id", 'where ok.change is not null'))
  }
  return `, told as materialized (${notices.join(' union all ')})`
}

const listOf = (key: string): string => `(select json_array_elements_text(ok.change->'${key}'))`

/** Waits that are over and signals that were taken; rows of people's waits stay, to say who has answered. */
const settledText = `, over as (
  update run_waits w set ended_at = now() from ok
  where w.run_id = ok.id and w.kind <> 'event' and w.id in ${listOf('waitsOver')}
), gone as (
  delete from run_waits w using ok where w.run_id = ok.id and w.kind = 'event' and w.id in ${listOf('waitsOver')}
), taken as (
  delete from run_signals s using ok where s.run_id = ok.id
    and (s.id in ${listOf('signalsTaken')} or (s.kind = 'answer' and s.payload->>'wait' in ${listOf('waitsOver')}))
)`

/** Which run refers to which blob: what nobody refers to is deleted one day. */
const referredText = `, referred as (
  insert into run_values (run_id, hash)
  select ok.id, v.hash from unnest($9::int[], $10::text[]) as v(n, hash) join ok using (n)
  on conflict (run_id, hash) do update set released_at = null where run_values.released_at is not null
)`

/** Each variant once, with the name under which the database keeps its plan. */
const statements = new Map<string, string>()

/** The statement and parameters that append the batches; it answers with the accepted ones, `n` counting from 1. */
export function appendStatement(
  batches: readonly RunBatch[],
  options: AppendOptions,
): { text: string; parameters: unknown[]; name: string } {
  const numbers: number[] = []
  const seqs: number[] = []
  const at: number[] = []
  const data: string[] = []
  /** `<n> <hash>`, once each. */
  const blobs = new Set<string>()
  batches.forEach((batch, index) => {
    for (const row of packEvents(batch.firstSeq, batch.events, batch.at)) {
      numbers.push(index + 1)
      seqs.push(row.seq)
      at.push(row.at)
      data.push(row.data)
      for (const hash of blobsIn(row.data)) blobs.add(`${index + 1} ${hash}`)
    }
  })
  const contents: Contents = {
    hasChanges: batches.some(({ change }) => change),
    hasSettled: batches.some(({ change }) => change?.waitsOver ?? change?.signalsTaken),
    hasBlobs: blobs.size > 0,
  }
  const variants = [options.notify, options.retry, ...Object.values(contents)]
  const name = `journal-append-${variants.map(Number).join('')}`
  let text = statements.get(name)
  if (!text) statements.set(name, (text = appendText(options, contents)))
  const parameters: unknown[] = [
    batches.map(({ runId }) => runId),
    batches.map(({ epoch }) => epoch),
    batches.map(({ firstSeq, events }) => firstSeq + events.length - 1),
    batches.map(({ change }) => (change ? JSON.stringify(change) : null)),
    numbers,
    seqs,
    at,
    // One text for all: as an array every quote in it would be escaped, and read, twice.
    `[${data.join(',')}]`,
  ]
  if (contents.hasBlobs) {
    const pairs = [...blobs].map((pair) => pair.split(' ') as [string, string])
    parameters.push(
      pairs.map(([n]) => Number(n)),
      pairs.map(([, hash]) => hash),
    )
  }
  return { text, parameters, name }
}

/** Hashes of stored values in the JSON of events. Text of people that looks like one does no harm. */
function blobsIn(json: string): string[] {
  if (!json.includes('"blob":"')) return []
  return Array.from(json.matchAll(/"blob":"([0-9a-f]{64})"/g), ([, hash]) => hash!)
}
