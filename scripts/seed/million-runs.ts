import { contentHash } from '#pipeline/content-hash.ts'
import type { AppServer } from '#server/app-server.ts'
import { localScope } from '#server/auth/scope.ts'
import { pipelineNames, smallPipeline } from './many-runs.ts'

const pipelineCount = 200
const runsAtOnce = 100_000

/** Statuses in thousandths, from the most to the least frequent. */
const statusSql = `case
  when share < 850 then 'succeeded' when share < 960 then 'failed' when share < 990 then 'cancelled'
  when share < 996 then 'waiting' when share < 999 then 'queued' else 'paused' end`

const messages = [
  'The server at api.example.com answered 503',
  'The model openai/gpt-4o-mini answered with an error: rate limit reached',
  'with.items is not a list: it is a text',
  'each.mood took longer than its timeout of 30 s',
  'The file reviews.csv is not in the workspace',
]

/**
 * Finished and unfinished runs spread over the last year, made in the database: a million take about a minute. Every
 * thousandth has a message of its own, and there is a part of a spread map for every ten. Nothing carries them out: no jobs
 * are queued for them.
 */
export async function fillMillionRuns(
  { services, database }: Pick<AppServer, 'services' | 'database'>,
  seed: number,
  total = 1_000_000,
): Promise<void> {
  const names = pipelineNames(seed, pipelineCount)
  const pipelines: { id: string; name: string; hash: string }[] = []
  for (const name of names) {
    const document = smallPipeline(name, 'Made for the seed scenario.')
    const { id } = await services.pipelines.create(localScope, { document })
    const hash = contentHash(document)
    pipelines.push({ id, name, hash })
    await database.query(
      'insert into documents (workspace_id, hash, content) values ($1, $2, $3) on conflict do nothing',
      [localScope.workspaceId, hash, JSON.stringify(document)],
    )
  }
  await database.query('select setseed($1)', [(seed % 1_000) / 1_000])
  for (let from = 0; from < total; from += runsAtOnce) {
    await insertRuns(database, pipelines, { from, count: Math.min(runsAtOnce, total - from), total })
    console.log(`${(from + Math.min(runsAtOnce, total - from)).toLocaleString('en-US')} runs`)
  }
  await database.query('vacuum (analyze) runs')
}

async function insertRuns(
  database: AppServer['database'],
  pipelines: readonly { id: string; name: string; hash: string }[],
  { from, count, total }: { from: number; count: number; total: number },
): Promise<void> {
  await database.query(
    `insert into runs (id, workspace_id, pipeline_id, pipeline_name, document_hash, trigger, status, inputs, error, epoch,
       steps_done, steps_failed, cost_usd, created_at, started_at, finished_at, created_by, source_run_id, parent_run_id)
     select
       substr(stamp, 1, 8) || '-' || substr(stamp, 9) || '-7' || substr(md5(n::text), 1, 3) || '-8' || substr(md5(n::text), 4, 3) || '-' || substr(md5(n::text), 7, 12),
       $1, p.id, p.name, p.hash, (array['manual', 'manual', 'api', 'schedule', 'schedule', 'cli'])[1 + n % 6], status, '{}',
       case when status = 'failed' then json_build_object(
         'code', 'request-failed',
         'message', (array[${messages.map((message) => `'${message}'`).join(', ')}])[1 + n % 5]
           || case when n % 1000 = 1 then ' for customer ' || n else '' end,
         'step', 'note') end,
       1, 4, (status = 'failed')::int, case when n % 3 = 0 then random() * 0.1 else 0 end,
       at, at, case when status in ('succeeded', 'failed', 'cancelled') then at + random() * interval '4 minutes' end, $2,
       case when n % 50 = 0 then 'source-' || n % 997 end, case when n % 10 = 0 then 'parent-' || n end
     from (
       select n, ${statusSql} as status, now() - (power(1 - n / $8::float8, 2) * 365) * interval '1 day' - random() * interval '1 minute' as at,
         1 + floor(power(random(), 3) * ${pipelineCount})::int as which
       from (select n, (random() * 1000)::int as share from generate_series($3::int, $4::int) as n) as shares
     ) as rows
     cross join lateral (select lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') as stamp) as stamps
     join (
       select id, name, hash, number from unnest($5::text[], $6::text[], $7::text[]) with ordinality as p(id, name, hash, number)
     ) as p on p.number = rows.which`,
    [
      localScope.workspaceId,
      localScope.memberId,
      from + 1,
      from + count,
      pipelines.map(({ id }) => id),
      pipelines.map(({ name }) => name),
      pipelines.map(({ hash }) => hash),
      total,
    ],
  )
}
