import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describeEachDatabase } from '#db/testing.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CrashChildOptions } from './testing/crash-child.ts'

const child = new URL('./testing/crash-child.ts', import.meta.url).pathname

/** Starts the child and reads its lines; `onLine` may kill it. */
async function runChild(
  options: CrashChildOptions,
  onLine: (line: string, kill: () => void) => void,
): Promise<number | null> {
  const process_ = spawn(process.execPath, [child, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: process_.stdout })
  lines.on('line', (line) => onLine(line, () => process_.kill('SIGKILL')))
  const [code] = (await once(process_, 'exit')) as [number | null]
  return code
}

describeEachDatabase('a worker killed in the middle of a map', (_open, { place }) => {
  let dataDir: string
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'engine-crash-'))
  })
  afterAll(() => rm(dataDir, { recursive: true, force: true }))

  it('leaves a run that goes on by itself and repeats no finished step', { timeout: 120_000 }, async () => {
    const items = 200
    const concurrency = 8
    const file = join(dataDir, 'lines.txt')
    const shared = { place: await place(), dataDir, file }

    let runId = ''
    let written = 0
    const killed = await runChild({ ...shared, start: { items, concurrency } }, (line, kill) => {
      if (line.startsWith('run ')) runId = line.slice(4)
      if (line === 'line') written += 1
      if (written === 90) kill()
    })
    expect(killed).toBeNull()
    const before = readFileSync(file, 'utf8').trimEnd().split('\n')
    expect(before.length).toBeGreaterThanOrEqual(90)
    expect(before.length).toBeLessThan(items)

    let end = ''
    const finished = await runChild({ ...shared, wait: runId }, (line) => {
      if (line.startsWith('ended ')) end = line.slice(6)
    })
    expect(finished).toBe(0)
    expect(JSON.parse(end)).toMatchObject({
      type: 'run-succeeded',
      outputs: { value: { count: items, failed: 0 } },
    })

    const after = readFileSync(file, 'utf8').trimEnd().split('\n')
    expect(new Set(after).size).toBe(items)
    // Only what was in flight may have run twice.
    expect(after.length - items).toBeLessThanOrEqual(concurrency)
  })
})
