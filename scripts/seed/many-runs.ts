import { contentHash } from '#pipeline/content-hash.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { newId } from '#pipeline/new-id.ts'
import type { AppServer } from '#server/app-server.ts'
import { localScope } from '#server/auth/scope.ts'
import { createRandom, pick } from './random.ts'

const subjects = [
  'invoices',
  'tickets',
  'reviews',
  'leads',
  'contracts',
  'emails',
  'orders',
  'papers',
  'posts',
  'calls',
]
const verbs = [
  'Triage',
  'Summarise',
  'Route',
  'Classify',
  'Extract',
  'Clean',
  'Compare',
  'Translate',
  'Watch',
  'Report on',
]
const teams = ['Support', 'Finance', 'Sales', 'Research', 'Legal', 'Platform']

/** A pipeline of four steps that runs without keys. */
export function smallPipeline(name: string, description: string): PipelineDocument {
  return {
    orchestrator: 1,
    name,
    description,
    steps: [
      { id: 'load', type: 'data.json', with: { text: '[{"text": "Great service"}, {"text": "It broke twice"}]' } },
      { id: 'mood', type: 'ai.sentiment', needs: ['load'], with: { items: '{{ load }}', field: 'text' } },
      {
        id: 'bad',
        type: 'data.filter',
        needs: ['mood'],
        with: { items: '{{ mood }}', where: "item.label == 'negative'" },
      },
      { id: 'note', type: 'text.template', needs: ['bad'], with: { template: '{{ bad | length }} to look at' } },
    ],
    layout: { steps: { load: { x: 0, y: 0 }, mood: { x: 320, y: 0 }, bad: { x: 640, y: 0 }, note: { x: 960, y: 0 } } },
  }
}

/** Names such as `Triage invoices 7`, the same for the same seed. */
export function pipelineNames(seed: number, count: number): string[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, index) => `${pick(random, verbs)} ${pick(random, subjects)} ${index + 1}`)
}

/** 1,000 pipelines and 10,000 finished runs spread over the last 90 days, for lists, filters and search. */
export async function fillManyRuns({ services, database }: AppServer, seed: number): Promise<void> {
  const random = createRandom(seed)
  const pipelines: { id: string; name: string; document: PipelineDocument }[] = []
  for (let index = 0; index < 1_000; index++) {
    const name = `${pick(random, verbs)} ${pick(random, subjects)} ${index + 1}`
    const document = smallPipeline(name, `${pick(random, teams)}, made for the seed scenario.`)
    const { id } = await services.pipelines.create(localScope, { document })
    pipelines.push({ id, name, document })
    if ((index + 1) % 250 === 0) console.log(`${index + 1} pipelines`)
  }
  for (const { document } of pipelines) {
    await database.query(
      'insert into documents (workspace_id, hash, content) values ($1, $2, $3) on conflict do nothing',
      [localScope.workspaceId, contentHash(document), JSON.stringify(document)],
    )
  }
  const now = Date.now()
  for (let batch = 0; batch < 10; batch++) {
    const rows = Array.from({ length: 1_000 }, () => {
      const pipeline = pick(random, pipelines)
      const started = now - Math.floor(random() ** 2 * 90 * 86_400_000)
      const status = random() < 0.85 ? 'succeeded' : random() < 0.8 ? 'failed' : 'cancelled'
      const duration = Math.round(200 + random() ** 4 * 240_000)
      const error = { code: 'request-failed', message: 'The server at api.example.com answered 503', step: 'note' }
      return { id: newId(), pipeline, started, status, duration, cost: random() < 0.4 ? random() * 0.08 : 0, error }
    })
    await database.query(
      `insert into runs (id, workspace_id, pipeline_id, pipeline_name, document_hash, status, inputs, error, epoch,
         steps_done, steps_failed, cost_usd, created_at, started_at, finished_at, created_by)
       select id, $1, pipeline_id, pipeline_name, hash, status, '{}', error::json, 1, 4,
         case when status = 'failed' then 1 else 0 end, cost, to_timestamp(started / 1000), to_timestamp(started / 1000),
         to_timestamp((started + duration) / 1000), $2
       from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::float8[], $10::float8[], $11::float8[])
         as row(id, pipeline_id, pipeline_name, hash, status, error, cost, started, duration)`,
      [
        localScope.workspaceId,
        localScope.memberId,
        rows.map((row) => row.id),
        rows.map((row) => row.pipeline.id),
        rows.map((row) => row.pipeline.name),
        rows.map((row) => contentHash(row.pipeline.document)),
        rows.map((row) => row.status),
        rows.map((row) => (row.status === 'failed' ? JSON.stringify(row.error) : null)),
        rows.map((row) => row.cost),
        rows.map((row) => row.started),
        rows.map((row) => row.duration),
      ],
    )
  }
  console.log('10,000 runs')
}
