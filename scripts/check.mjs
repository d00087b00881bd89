// `npm run check`: format, lint, types, layer rules, dead code. Each prints its own findings; all run even when one fails.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules', '.bin')

const checks = [
  ['format', ['oxfmt', '--check', '.']],
  ['lint', ['oxlint', '--type-aware', '--deny-warnings']],
  ['types', ['tsc', '--noEmit']],
  ['layers', ['node', 'scripts/check-layers.mjs']],
  ['dead code', ['knip']],
]

let failed = 0
for (const [title, [command, ...args]] of checks) {
  const started = Date.now()
  const result = spawnSync(join(bin, command), args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  })
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  if (result.status === 0) {
    console.log(`${title}: ok (${seconds} s)${title === 'layers' ? ` ${result.stdout.trim()}` : ''}`)
  } else {
    failed++
    console.log(`${title}: FAILED (${seconds} s)\n${result.stdout}${result.stderr}`)
  }
}
console.log(`${checks.length - failed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
