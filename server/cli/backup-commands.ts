import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { openDatabase } from '#db/client.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { BackupSource, BackupSummary } from '#server/backup/write-backup.ts'
import { openBlobs } from '#server/blobs/blobs.ts'
import { readEnvironment } from '#server/read-environment.ts'

async function withStorage<Result>(work: (source: BackupSource) => Promise<Result>): Promise<Result> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const { dataDir, databaseUrl } = readEnvironment(process.env)
  const database = await openDatabase(databaseUrl ? { url: databaseUrl } : { dataDir })
  try {
    return await work({ database, blobs: openBlobs(dataDir, process.env), dataDir, version })
  } finally {
    await database.close()
  }
}

const number = (value: number): string => value.toLocaleString('en-US')
const words = ({ rows, blobs, files }: BackupSummary): string =>
  `${number(rows)} rows, ${number(blobs)} large values and ${number(files)} files`

/** `backup FILE`: everything but the master key. */
export function backupCommand(file: string): Promise<number> {
  if (existsSync(file)) {
    throw new OrchestratorError('invalid-request', `${file} is there already.`, { fix: 'Name a new file.' })
  }
  return withStorage(async (source) => {
    const { writeBackup } = await import('#server/backup/write-backup.ts')
    console.log(`${file} has ${words(await writeBackup(source, file))}.`)
    console.log(
      'The key that protects stored credentials is not in it: keep master.key of the data directory (or ORCHESTRATOR_MASTER_KEY) in another place.',
    )
    return 0
  })
}

/** `restore FILE`: into an empty place. */
export function restoreCommand(file: string): Promise<number> {
  if (!existsSync(file)) throw new OrchestratorError('invalid-request', `There is no file ${file}.`)
  return withStorage(async (target) => {
    const { restoreBackup } = await import('#server/backup/restore-backup.ts')
    console.log(`Restored ${words(await restoreBackup(target, file))}.`)
    console.log('Stored credentials can be used with the master key they were stored with; otherwise enter them anew.')
    return 0
  })
}

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
