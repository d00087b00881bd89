#!/usr/bin/env node
// Plain JavaScript for whatever Node is installed: the commands themselves need the Node that comes with the packages.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const entry = join(root, 'server', 'cli.ts')
const [major] = process.versions.node.split('.').map(Number)

if (major >= 24) {
  await import(new URL('../server/cli.ts', import.meta.url).href)
} else {
  const packaged = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
  if (!existsSync(packaged)) {
    console.error('orchestrator: its packages are not installed yet. Run `npm start` once in its folder.')
    process.exit(1)
  }
  const child = spawn(packaged, [entry, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Ctrl-C reaches both; the child decides when it has finished.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}
