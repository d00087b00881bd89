// `npm test`: everything, from a clean clone. Installs what is missing, then runs every check and prints the totals.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt } from './ensure-built.mjs'
import { ensureInstalled, say } from './ensure-installed.mjs'
import { ensureChromium, ensurePostgres } from './ensure-test-tools.mjs'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const bin = join(root, 'node_modules', '.bin')

const totals = { passed: 0, failed: 0 }

/** Runs one part, shows its output as it comes, and adds what it reports to the totals. */
async function part(title, command, args, environment = {}) {
  say(`${title} ...`)
  const started = Date.now()
  const child = spawn(join(bin, command), args, {
    cwd: root,
    env: {
      ...process.env,
      ...environment,
      PATH: `${bin}:${process.env.PATH}`,
      NEXT_TELEMETRY_DISABLED: '1',
      FORCE_COLOR: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
    process.stdout.write(chunk)
  })
  const status = await new Promise((resolve) => child.on('close', resolve))
  const passed = output.match(/^\s*(?:Tests\s+.*?)?(\d+) passed/m)
  const failed = output.match(/^\s*(?:Tests\s+)?(\d+) failed/m)
  const count =
    [...output.matchAll(/(\d+) passed/g)].map((match) => Number(match[1])).at(-1) ?? (passed ? Number(passed[1]) : 0)
  totals.passed += status === 0 ? Math.max(count, 1) : count
  if (status !== 0) totals.failed += failed ? Math.max(Number(failed[1]), 1) : 1
  say(`${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${Math.round((Date.now() - started) / 1000)} s`)
}

ensureInstalled({ development: true })
const chromium = ensureChromium()
ensurePostgres()
await part('format, lint, types, layers, dead code', 'node', ['scripts/check.mjs'])
await part('unit and database tests', 'vitest', ['run', '--reporter=default'])
ensureBuilt()
await part('browser tests', 'playwright', ['test'], chromium ? { CHROMIUM_PATH: chromium } : {})

console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed > 0 ? 1 : 0)
