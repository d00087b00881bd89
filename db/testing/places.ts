import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '#pipeline/new-id.ts'
import { buildSeedArchive } from '../build-seed.ts'
import type { Database, DatabaseOptions } from '../database.ts'
import { pg } from '../postgres/types.ts'
import { askSharedPostgres } from './shared-postgres.ts'
import { startTestPostgres } from './test-postgres.ts'

/** Makes empty places for databases, and removes them all in the end. */
export interface Places {
  /** A new one: a folder of its own, or a PostgreSQL database of its own. */
  make(): Promise<DatabaseOptions>
  remove(): Promise<void>
}

/** Places of one kind of database. Without a shared PostgreSQL it starts one of its own. */
export function createPlaces(kind: Database['kind']): Places {
  return kind === 'pglite' ? createFolders() : createPostgresDatabases()
}

function createFolders(): Places {
  const folders: string[] = []
  return {
    async make() {
      await buildSeedArchive()
      const dataDir = mkdtempSync(join(tmpdir(), 'orchestrator-test-'))
      folders.push(dataDir)
      return { dataDir }
    },
    async remove() {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function createPostgresDatabases(): Places {
  const names: string[] = []
  let starting: Promise<{ url: string; stop?: () => Promise<void> }> | undefined
  const server = () => (starting ??= askSharedPostgres().then((url) => (url ? { url } : startTestPostgres())))
  const execute = async (statements: string[]) => {
    const client = new pg.Client({ connectionString: (await server()).url })
    await client.connect()
    try {
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end()
    }
  }
  return {
    async make() {
      const name = `test_${newId().replaceAll('-', '')}`
      await execute([`create database ${name}`])
      names.push(name)
      const url = new URL((await server()).url)
      url.pathname = `/${name}`
      return { url: url.href }
    },
    async remove() {
      if (names.length > 0) await execute(names.map((name) => `drop database if exists ${name} with (force)`))
      await (await starting)?.stop?.()
    },
  }
}
