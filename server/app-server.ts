import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { openDatabase, type Database } from '#db/client.ts'
import { localScope, type Scope } from '#server/auth/scope.ts'
import { openBlobs } from '#server/blobs/blobs.ts'
import { createEngine, type Engine, type StepRegistry, type StepServices } from '#server/engine/engine.ts'
import { createFiles } from '#server/files/files.ts'
import { createModelGateway } from '#server/models/gateway.ts'
import { openDraftRelay } from '#server/pipelines/draft-relay.ts'
import { createDrafts } from '#server/pipelines/drafts.ts'
import { createPipelines } from '#server/pipelines/pipelines.ts'
import { createVersions } from '#server/pipelines/versions.ts'
import { createRetention } from '#server/retention/retention.ts'
import { createPins } from '#server/runs/pins.ts'
import { createRunControl } from '#server/runs/run-control.ts'
import { createRuns } from '#server/runs/runs.ts'
import { createRunStarter } from '#server/runs/start-run.ts'
import { createCodeRunner } from '#server/sandbox/quickjs.ts'
import { createConnections } from '#server/secrets/connections.ts'
import type { Services } from '#server/services.ts'
import { stepRegistry } from '#server/steps/registry.ts'
import { createWorkers } from '#server/workers/workers.ts'
import { createWaits } from '#server/waits/waits.ts'
import { createSettings } from '#server/workspaces/settings.ts'
import { createWorkspaceFetches } from '#server/workspaces/workspace-fetch.ts'
import { seedSamples, welcomePipelineId } from '#server/pipelines/samples/seed-samples.ts'

export interface AppServerOptions {
  /** Database, files, blobs and keys are kept in here. */
  dataDir: string
  /** PostgreSQL; the embedded database in `dataDir` when absent. */
  databaseUrl?: string
  /** An open database instead; the caller closes it. */
  database?: Database
  role: 'all' | 'web' | 'worker'
  /** See `EngineOptions`. */
  labels?: readonly string[]
  maxRuns?: number
  silentMs?: number
  spreadFrom?: number
  /** How long a step that was cancelled has to end by itself. */
  cancelGraceMs?: number
  /** Step types beside or instead of the product's, for tests and benches. */
  steps?: StepRegistry
  /** Puts the samples into a new local workspace; true when absent. */
  samples?: boolean
  /** Largest file of the store, bytes. */
  uploadLimit?: number
  /** Where large values go (ORCHESTRATOR_BLOBS, AWS_*), and keys such as OPENAI_API_KEY offered as connections; nothing when absent. */
  environment?: Record<string, string | undefined>
}

/** Every part of the product, wired together; one per process. */
export interface AppServer {
  database: Database
  engine: Engine
  services: Services
  uploadLimit: number
  /** Hands runs over, closes what is open, the database last. */
  close(): Promise<void>
}

export const defaultUploadLimit = 100 * 1024 * 1024

/** Opens the database and everything on top of it. Whatever was opened is closed again when a later part fails. */
export async function openAppServer(options: AppServerOptions): Promise<AppServer> {
  const closers: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const database =
      options.database ??
      (await openDatabase(options.databaseUrl ? { url: options.databaseUrl } : { dataDir: options.dataDir }))
    if (!options.database) closers.push(() => database.close())
    return { ...(await wire(database, options, closers)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function wire(
  database: Database,
  options: AppServerOptions,
  closers: (() => unknown)[],
): Promise<Omit<AppServer, 'close'>> {
  const { dataDir, role } = options
  const uploadLimit = options.uploadLimit ?? defaultUploadLimit
  const steps = options.steps ?? stepRegistry
  const manifests = new Map([...steps].map(([type, { manifest }]) => [type, manifest]))

  const settings = createSettings(database)
  const settingsOf = async (scope: Scope) => (await settings.get(scope)).settings
  const files = createFiles({ database, dataDir, maxFileBytes: uploadLimit })
  const connections = createConnections({
    database,
    dataDir,
    ...(options.environment && { environment: options.environment }),
  })
  const gateway = createModelGateway({
    connections,
    settings: async (scope) => {
      const { defaultModel, discoverLocalServers } = await settingsOf(scope)
      return { discoverLocalServers, ...(defaultModel ? { defaultModel } : {}) }
    },
  })
  closers.push(() => gateway.close())
  const code = createCodeRunner()
  closers.push(() => code.close())
  const fetches = createWorkspaceFetches()
  closers.push(() => fetches.close())

  const stepServices = async (scope: Scope): Promise<StepServices> => ({
    models: gateway.forScope(scope),
    fetch: fetches.forSettings(await settingsOf(scope)),
    secrets: connections.secretsFor(scope),
    files: files.forScope(scope),
    code,
  })
  const { labels, maxRuns, silentMs, spreadFrom, cancelGraceMs } = options
  const blobs = openBlobs(dataDir, options.environment ?? {})
  const engine = await createEngine({
    database,
    blobs,
    steps,
    stepServices,
    role,
    dataDir,
    version,
    ...(labels && { labels }),
    ...(maxRuns !== undefined && { maxRuns }),
    ...(silentMs !== undefined && { silentMs }),
    ...(spreadFrom !== undefined && { spreadFrom }),
    ...(cancelGraceMs !== undefined && { cancelGraceMs }),
  })
  closers.push(() => engine.close())

  const retention = createRetention({ database, blobs })
  // Those who carry runs out also delete them.
  if (role !== 'web') closers.push(retention.start())

  const relay = await openDraftRelay(database)
  closers.push(() => relay.close())
  const drafts = createDrafts(database, manifests, relay)
  const pipelines = createPipelines(database, manifests, drafts)
  const versions = createVersions(database)
  const starter = createRunStarter(database, engine, manifests, versions)
  const services: Services = {
    retention,
    pipelines,
    drafts,
    versions,
    runs: createRuns(database, engine, starter),
    runControl: createRunControl(database, engine, starter, versions),
    pins: createPins(database, engine),
    waits: createWaits(database, engine),
    files,
    settings,
    connections,
    models: { list: (scope, { refresh }) => gateway.forScope(scope).listModels({ refresh }) },
    steps: { manifests: () => [...manifests.values()] },
    workers: createWorkers(database),
    system: {
      info: async (scope) => ({
        version,
        database: database.kind,
        dataDirectory: resolve(dataDir),
        uploadLimit,
        welcomePipelineId: await welcomePipelineId(database, scope),
      }),
    },
  }
  if (role !== 'worker') {
    await pipelines.purge()
    if (options.samples !== false) await seedSamples({ database, pipelines, files, scope: localScope })
  }
  return { database, engine, services, uploadLimit }
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
