import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Database, type DatabaseOptions } from '#db/client.ts'
import { createPlaces } from '#db/testing/places.ts'
import { startTestPostgres } from '#db/testing/test-postgres.ts'
import { createEngine, type Engine } from '#server/engine/engine.ts'
import { testServices } from '#server/engine/testing/test-steps.ts'
import { benchSteps } from './bench-steps.ts'
import type { BenchRow } from './bench-row.ts'

/** An open database made for a bench, and where it is. */
export interface BenchDatabase {
  database: Database
  place: DatabaseOptions
  dataDir: string
}

/** Measures on PGlite in a folder and on a PostgreSQL that syncs its commits to the disk; both are removed again. */
export async function onBothDatabases(
  measure: (on: BenchDatabase) => Promise<BenchRow[]>,
  kinds: readonly Database['kind'][] = ['pglite', 'postgres'],
): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  const dataDir = await mkdtemp(join(tmpdir(), 'orchestrator-bench-'))
  const folders = createPlaces('pglite')
  const server = kinds.includes('postgres') ? await startTestPostgres({ durable: true }) : undefined
  try {
    for (const kind of kinds) {
      const place = kind === 'pglite' ? await folders.make() : { url: server!.url }
      const database = await openDatabase(place)
      try {
        rows.push(...(await measure({ database, place, dataDir })))
      } finally {
        await database.close()
      }
    }
    return rows
  } finally {
    await server?.stop()
    await folders.remove()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** The same with an engine on each database. */
export function withEngineOnBoth(
  measure: (on: BenchDatabase & { engine: Engine }) => Promise<BenchRow[]>,
  kinds?: readonly Database['kind'][],
): Promise<BenchRow[]> {
  return onBothDatabases(async (on) => {
    const engine = await openBenchEngine(on)
    try {
      return await measure({ ...on, engine })
    } finally {
      await engine.close()
    }
  }, kinds)
}

/** An engine with the bench's steps. */
export const openBenchEngine = (
  { database, dataDir }: Pick<BenchDatabase, 'database' | 'dataDir'>,
  role: 'all' | 'web' = 'all',
): Promise<Engine> => createEngine({ database, steps: benchSteps, stepServices: () => testServices, dataDir, role })
