import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { migrationsFolder } from './migrate.ts'
import { unpackTar } from './tar.ts'

const buildFolder = join(import.meta.dirname, '..', '.orchestrator-build')

function packageVersion(name: string): string {
  // Not every package exports its package.json; the folder is where it resolves to.
  const entry = createRequire(import.meta.url).resolve(name)
  const folder = entry.slice(0, entry.lastIndexOf(name) + name.length)
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}

/** Where the seed archive of this very code belongs: its name changes with the migrations and the versions of PGlite and pg-boss. */
export function seedArchivePath(): string {
  const hash = createHash('sha256')
  for (const name of ['@electric-sql/pglite', 'pg-boss']) hash.update(`${name} ${packageVersion(name)}\n`)
  for (const name of readdirSync(migrationsFolder).toSorted()) {
    if (name.endsWith('.sql')) hash.update(name).update(readFileSync(join(migrationsFolder, name)))
  }
  return join(buildFolder, `database-seed-${hash.digest('hex').slice(0, 16)}.tar.gz`)
}

/** The archive's path when it has been built for this code, else null. */
export function findSeedArchive(): string | null {
  const path = seedArchivePath()
  return existsSync(path) ? path : null
}

/** Turns the archive into the database folder, whole or not at all. */
export function unpackSeedArchive(archive: string, folder: string): void {
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  unpackTar(gunzipSync(readFileSync(archive)), partial)
  renameSync(partial, folder)
}
