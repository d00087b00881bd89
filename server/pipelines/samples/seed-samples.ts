import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '#db/client.ts'
import { parsePipeline } from '#pipeline/yaml.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { FileService } from '#server/services.ts'
import { problemsError } from '../pipeline-rows.ts'
import type { Pipelines } from '../pipelines.ts'

/** A pipeline that comes with the product: its YAML beside this file, and the data it reads in `data/`. */
export interface Sample {
  /** Fixed, so that a second start finds it there. */
  id: string
  yaml: string
  /** Names in `data/`; the file store gets them as `data/<name>` too, so that the same text runs from this folder. */
  files: string[]
  /** It waits for an answer of a person before it ends. */
  asksPeople?: boolean
}

/** In the order they are made; the last is on top of the list, and is opened on the first visit. */
export const samples: readonly Sample[] = [
  { id: 'sample-country-search', yaml: 'country-search.yaml', files: ['country-economies.csv'] },
  { id: 'sample-speech-mood', yaml: 'speech-mood.yaml', files: ['state-of-the-union-1964.txt'] },
  { id: 'sample-approve-refunds', yaml: 'approve-refunds.yaml', files: ['refund-requests.csv'], asksPeople: true },
  { id: 'sample-strike-triage', yaml: 'strike-triage.yaml', files: ['wildlife-strikes.csv'] },
]

/** Folder of the samples' YAML files, with their data in `data/`. */
export const samplesFolder = import.meta.dirname

/** Puts samples and their files into the workspace, once in its life: what people delete stays deleted. */
export async function seedSamples(options: {
  database: Database
  pipelines: Pipelines
  files: Pick<FileService, 'write'>
  scope: Scope
}): Promise<void> {
  const { database, pipelines, files, scope } = options
  const { rows } = await database.query<{ settings: { samplesSeeded?: boolean } }>(
    'select settings from workspaces where id = $1',
    [scope.workspaceId],
  )
  if (!rows[0] || rows[0].settings.samplesSeeded) return
  for (const sample of samples) {
    for (const file of [...sample.files, 'NOTICE.md']) {
      await files.write(scope, `data/${file}`, await readFile(join(samplesFolder, 'data', file)))
    }
    const { document, problems } = parsePipeline(await readFile(join(samplesFolder, sample.yaml), 'utf8'))
    if (!document) throw problemsError(`The sample ${sample.yaml} cannot be read`, problems)
    await pipelines.seed(scope, sample.id, document)
  }
  await database.query(`update workspaces set settings = $2 where id = $1`, [
    scope.workspaceId,
    JSON.stringify({ ...rows[0].settings, samplesSeeded: true }),
  ])
}

/** The pipeline to open on the very first visit; null when it was deleted. */
export async function welcomePipelineId(database: Database, scope: Scope): Promise<string | null> {
  const { rows } = await database.query<{ id: string }>(
    'select id from pipelines where workspace_id = $1 and id = $2 and deleted_at is null',
    [scope.workspaceId, samples.at(-1)?.id],
  )
  return rows[0]?.id ?? null
}
