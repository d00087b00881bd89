// Makes the archive from which the first start unpacks its database: `node db/build-seed.ts`.
import { globSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { openDatabase } from './client.ts'
import { findSeedArchive, seedArchivePath } from './seed-archive.ts'
import { packTar } from './tar.ts'

/** Builds the seed archive unless this code's is there already; resolves to its path. Takes about five seconds. */
export async function buildSeedArchive(): Promise<string> {
  const existing = findSeedArchive()
  if (existing) return existing
  const path = seedArchivePath()
  const dataDir = mkdtempSync(join(tmpdir(), 'orchestrator-seed-'))
  try {
    const database = await openDatabase({ dataDir })
    const boss = database.createBoss({ supervise: false, schedule: false })
    await boss.start()
    await boss.stop({ graceful: false })
    await database.query('vacuum (analyze)')
    await database.query('checkpoint')
    await database.close()
    mkdirSync(dirname(path), { recursive: true })
    for (const old of globSync(join(dirname(path), 'database-seed-*.tar.gz'))) rmSync(old, { force: true })
    // Several test processes may build it at once.
    const partial = `${path}.${process.pid}`
    writeFileSync(partial, gzipSync(packTar(join(dataDir, 'db'))))
    renameSync(partial, path)
    return path
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(`${await buildSeedArchive()}\n`)
}
