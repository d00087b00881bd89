import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
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

describeEachDatabase('a worker killed in the middle of a run', (_open, { place }) => {
  let dataDir: string
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'engine-crash-'))
    const rows = Array.from({ length: 2_500 }, (_, n) => `${n},${'x'.repeat(40)}`)
    await writeFile(join(dataDir, 'rows.csv'), `n,text\n${rows.join('\n')}\n`)
  })
  afterAll(() => rm(dataDir, { recursive: true, force: true }))

  it.each([
    ['of a map', { items: 200, concurrency: 8, kind: 'list' }, 200],
    ['of a try in a loop in a map in a called pipeline', { items: 40, concurrency: 8, kind: 'nested' }, 240],
    ['of a map of a stream', { items: 2_500, concurrency: 8, kind: 'stream' }, 2_500],
  ] as const)(
    '%s leaves a run that goes on by itself and repeats no finished step',
    { timeout: 120_000 },
    async (_name, start, lines) => {
      const file = join(dataDir, `lines-${lines}.txt`)
      const shared = { place: await place(), dataDir, file }

      let runId = ''
      let written = 0
      const killed = await runChild({ ...shared, start }, (line, kill) => {
        if (line.startsWith('run ')) runId = line.slice(4)
        if (line === 'line') written += 1
        if (written === 90) kill()
      })
      expect(killed).toBeNull()
      const before = readFileSync(file, 'utf8').trimEnd().split('\n')
      expect(before.length).toBeGreaterThanOrEqual(90)
      expect(before.length).toBeLessThan(lines)

      let end = ''
      const finished = await runChild({ ...shared, wait: runId }, (line) => {
        if (line.startsWith('ended ')) end = line.slice(6)
      })
      expect(finished).toBe(0)
      expect(JSON.parse(end)).toMatchObject({
        type: 'run-succeeded',
        outputs: { value: { count: start.items, failed: 0 } },
      })

      const after = readFileSync(file, 'utf8').trimEnd().split('\n')
      expect(new Set(after).size).toBe(lines)
      // Only what was in flight may have run twice.
      expect(after.length - lines).toBeLessThanOrEqual(start.concurrency)
    },
  )
})
