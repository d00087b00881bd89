import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StreamChildOptions } from '../testing/stream-child.ts'

const child = new URL('../testing/stream-child.ts', import.meta.url).pathname

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-streams-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function makeTable(rows: number): Promise<string> {
  function* lines() {
    yield 'id,name,amount,active\n'
    for (let from = 0; from < rows; from += 1_000) {
      let text = ''
      for (let row = from; row < from + 1_000; row += 1)
        text += `${row},customer ${row % 977},${row % 500}.5,${row % 2 > 0}\n`
      yield text
    }
  }
  const file = `${rows}.csv`
  await pipeline(Readable.from(lines()), createWriteStream(join(folder, file)))
  return file
}

/** Goes through a table in a process of its own; the most memory that was really in use, in MB. */
async function measure(rows: number, every: number, batch?: number): Promise<number> {
  const options: StreamChildOptions = {
    folder,
    file: await makeTable(rows),
    every,
    ...(batch === undefined ? {} : { batch }),
  }
  // More than this is the end of the process: a list of the rows alone would take several times as much.
  const args = ['--expose-gc', '--max-old-space-size=100', child, JSON.stringify(options)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { status, outputs, live } = JSON.parse(stdout) as { status: string; outputs: unknown; live: number }
  expect(status).toBe('succeeded')
  expect(outputs).toEqual({ runs: rows / (batch ?? 1), rows })
  return live / 1024 / 1024
}

it('a table of 1,000,000 rows flows through a map in the memory of one of 100,000', { timeout: 600_000 }, async () => {
  const small = await measure(100_000, 100, 1_000)
  const large = await measure(1_000_000, 500, 1_000)
  expect(large).toBeLessThan(small * 1.25)
})

it('so it does row by row', { timeout: 600_000 }, async () => {
  const small = await measure(4_000, 2_000)
  const large = await measure(40_000, 20_000)
  expect(large).toBeLessThan(small * 1.25)
})
