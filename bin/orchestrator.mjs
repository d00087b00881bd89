#!/usr/bin/env node
// Plain JavaScript for whatever Node is installed: the commands themselves need the Node that comes with the packages.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const entry = join(root, 'server', 'cli.ts')
// Compiled code is kept: it takes half of the time that a command needs to start.
const cache = process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'orchestrator')
const [major] = process.versions.node.split('.').map(Number)

if (major >= 24) {
  module.enableCompileCache?.(cache)
  await import(new URL('../server/cli.ts', import.meta.url).href)
} else {
  const packaged = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
  if (!existsSync(packaged)) {
    console.error('orchestrator: its packages are not installed yet. Run `npm start` once in its folder.')
    process.exit(1)
  }
  const child = spawn(packaged, [entry, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  })
  // Ctrl-C reaches both; the child decides when it has finished.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}
