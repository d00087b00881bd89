// Builds the pages when any source is newer than the last build. Runs on the host's Node: no packages.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { say } from './ensure-installed.mjs'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const folders = ['app', 'components', 'pipeline', 'public', 'db', 'server']
const files = ['package-lock.json', 'next.config.js', 'postcss.config.mjs']

function hashFolder(hash, folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) hashFolder(hash, path)
    else if (!entry.name.includes('.test.')) hash.update(entry.name).update(readFileSync(path))
  }
}

/** A content hash of everything that goes into the build. */
function sourceHash() {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(join(root, file)))
  for (const folder of folders) hashFolder(hash, join(root, folder))
  return hash.digest('hex')
}

/** `.next` and the seed database, rebuilt when the sources have changed since. */
export function ensureBuilt() {
  const distDir = process.env.NEXT_DIST_DIR ?? '.next'
  const marker = join(root, distDir, 'orchestrator-build')
  const wanted = sourceHash()
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return
  say('building the pages (half a minute, after each change of the sources) ...')
  const bin = join(root, 'node_modules', '.bin')
  const env = {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: '1',
    NODE_ENV: 'production',
    PATH: `${bin}:${process.env.PATH}`,
  }
  for (const command of [
    [join(bin, 'node'), join(root, 'node_modules', 'next', 'dist', 'bin', 'next'), 'build'],
    [join(bin, 'node'), join(root, 'db', 'build-seed.ts')],
  ]) {
    const result = spawnSync(command[0], command.slice(1), { cwd: root, env, encoding: 'utf8' })
    if (result.status !== 0) {
      console.error(`${result.stdout ?? ''}${result.stderr ?? ''}`)
      say('the build failed; its own message is above.')
      process.exit(result.status ?? 1)
    }
  }
  writeFileSync(marker, wanted)
}
