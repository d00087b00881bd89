import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Database, DatabaseOptions } from '#db/client.ts'
import { createPlaces } from '#db/testing/places.ts'
import type { BenchRow } from './bench-row.ts'
import type { ParkedFigures, ParkedOptions } from './parked-child.ts'

const child = new URL('./parked-child.ts', import.meta.url).pathname

/** Starts the process that measures itself; nothing else may live in it. */
async function measure(options: ParkedOptions): Promise<ParkedFigures> {
  const process_ = spawn(process.execPath, ['--expose-gc', child, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const figures = await lastLineOf(process_)
  return JSON.parse(figures) as ParkedFigures
}

async function lastLineOf({ stdout }: ChildProcess): Promise<string> {
  let last = ''
  for await (const line of createInterface({ input: stdout! })) last = line
  if (last === '') throw new Error('the process that measures parked runs gave no figures')
  return last
}

/** What runs cost that wait for approvals and timers, and how punctually they are woken. */
export async function benchParked({ runs = 10_000 }: { runs?: number } = {}): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const kind of ['pglite', 'postgres'] as const) {
    const places = createPlaces(kind)
    const dataDir = await mkdtemp(join(tmpdir(), 'bench-parked-'))
    try {
      const place: DatabaseOptions = await places.make()
      rows.push(...rowsOf(await measure({ place, dataDir, runs }), kind, runs))
    } finally {
      await places.remove()
      await rm(dataDir, { recursive: true, force: true })
    }
  }
  return rows
}

function rowsOf(figures: ParkedFigures, database: Database['kind'], runs: number): BenchRow[] {
  const row = (name: string, value: number, unit: string, more: Partial<BenchRow> = {}): BenchRow => ({
    ...{ name, value: Math.round(value * 1_000) / 1_000, unit, database },
    ...more,
  })
  const { parkedPerSecond, growthMb, idleCpu, parkedCpu, lateMs, woken, answeredPerSecond } = figures
  if (woken !== runs / 2) throw new Error(`only ${woken} of ${runs / 2} timers have woken their runs`)
  const sorted = lateMs.toSorted((a, b) => a - b)
  return [
    row(`starting and parking ${runs} runs`, parkedPerSecond, 'runs/s'),
    row(`memory of ${runs} parked runs (growth of RSS)`, growthMb, 'MB', { limit: 100 }),
    // One percent of a core is what a process without runs takes at times.
    row(`CPU while ${runs} runs are parked, share of a core`, parkedCpu, 'cores', { limit: idleCpu + 0.01 }),
    row(`waking ${runs / 2} timers within one minute: late, p50`, sorted[Math.floor(sorted.length / 2)]!, 'ms'),
    row(`waking ${runs / 2} timers within one minute: late, max`, sorted.at(-1)!, 'ms', { limit: 1_000 }),
    row('answering parked approvals', answeredPerSecond, 'runs/s'),
  ]
}
