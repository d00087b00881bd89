// Runs on the host's Node (20 or newer), before anything is installed: plain JavaScript, no packages.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const marker = join(root, 'node_modules', '.orchestrator-installed')

/** Prints one line of progress. */
export const say = (line) => console.log(`orchestrator: ${line}`)

/** The node_modules that fits package-lock.json, `development` packages included when asked for. */
export function ensureInstalled({ development: wished }) {
  // Who has the development tools keeps them: installing without them would take them away.
  const development = wished || existsSync(join(root, 'node_modules', 'vitest'))
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 20) {
    say(`Node ${process.versions.node} is too old to install with; Node 20 or newer is needed.`)
    process.exit(1)
  }
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const installed = existsSync(marker) ? readFileSync(marker, 'utf8').split(' ') : []
  const enough = installed[0] === wanted && (!development || installed[1] === 'development')
  if (enough && existsSync(join(root, 'node_modules', '.bin', 'node'))) return
  say(`installing packages${development ? ' and development tools' : ''} (a minute or two, once) ...`)
  // Not `npm ci`: it refuses a lockfile made where the registry had no packages of other platforms. Versions are exact either way.
  const flags = [
    'install',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...(development ? [] : ['--omit=dev']),
  ]
  const result = spawnSync('npm', flags, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (result.status !== 0) {
    say('npm could not install the packages; its own message is above. Check the network and run the command again.')
    process.exit(result.status ?? 1)
  }
  pruneRuntime()
  const node = join(root, 'node_modules', '.bin', 'node')
  if (!existsSync(node)) {
    say('no Node 24 is packaged for this platform: install Node 24 and run `node server/web.ts` instead.')
    process.exit(1)
  }
  execFileSync(node, ['--version'])
  writeFileSync(marker, `${wanted} ${development ? 'development' : 'production'}`)
}

/**
 * Removes 90 MB that nothing here uses: C headers in the packaged Node (for native builds, of which there are none), and
 * the image library Next.js brings for resizing pictures (switched off in next.config.js).
 */
function pruneRuntime() {
  const modules = join(root, 'node_modules')
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']) {
    rmSync(join(modules, `node-${platform}`, 'include'), { recursive: true, force: true })
  }
  const images = join(modules, '@img')
  if (!existsSync(images)) return
  for (const name of readdirSync(images)) {
    if (name.startsWith('sharp-')) rmSync(join(images, name), { recursive: true, force: true })
  }
}
