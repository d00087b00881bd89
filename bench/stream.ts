// What a row costs that flows through a map while its file is being read: `node bench/stream.ts`.
import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { StreamChildOptions } from '#server/engine/testing/stream-child.ts'
import { type BenchRow, lineOf } from './bench-row.ts'

const child = join(import.meta.dirname, '../server/engine/testing/stream-child.ts')

async function makeTable(folder: string, rows: number): Promise<string> {
  function* lines() {
    yield 'id,name,amount,active\n'
    for (let row = 0; row < rows; row += 1) yield `${row},customer ${row % 977},${row % 500}.5,${row % 2 > 0}\n`
  }
  await pipeline(Readable.from(lines()), createWriteStream(join(folder, `${rows}.csv`)))
  return `${rows}.csv`
}

/** Seconds and megabytes in use of one table in a process of its own; memory is looked at `looks` times. */
async function goThrough(
  folder: string,
  rows: number,
  options: { batch?: number; looks: number },
): Promise<{ seconds: number; megabytes: number }> {
  const { batch, looks } = options
  const events = (rows / (batch ?? 1)) * 3
  const request: StreamChildOptions = {
    folder,
    file: await makeTable(folder, rows),
    every: looks === 0 ? Number.MAX_SAFE_INTEGER : Math.ceil(events / looks),
    ...(batch === undefined ? {} : { batch }),
  }
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', child, JSON.stringify(request)])
  const { seconds, live } = JSON.parse(stdout) as { seconds: number; live: number }
  return { seconds, megabytes: live / 1024 / 1024 }
}

/** A table of 1,000,000 rows in batches of 1,000, one of 50,000 row by row, and what ten times the rows do to memory. */
export async function benchStream(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-stream-'))
  try {
    const batched = await goThrough(folder, 1_000_000, { batch: 1_000, looks: 0 })
    const single = await goThrough(folder, 50_000, { looks: 0 })
    const few = await goThrough(folder, 100_000, { batch: 1_000, looks: 4 })
    const many = await goThrough(folder, 1_000_000, { batch: 1_000, looks: 8 })
    const database = 'machine'
    return [
      {
        name: 'rows of a stream per second, 1,000 at a time',
        value: 1_000_000 / batched.seconds,
        unit: 'rows/s',
        database,
      },
      { name: 'rows of a stream per second, one at a time', value: 50_000 / single.seconds, unit: 'rows/s', database },
      { name: 'memory in use for 1,000,000 rows', value: many.megabytes, unit: 'MB', database },
      {
        name: 'the same, in that for 100,000 rows',
        value: many.megabytes / few.megabytes,
        unit: 'x',
        database,
        limit: 1.25,
      },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const row of await benchStream()) console.log(lineOf(row))
  process.exit(0)
}
