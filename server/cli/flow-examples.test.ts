import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCli } from './testing/run-cli.ts'

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 180_000 })

const examples = join(import.meta.dirname, '../../docs/examples')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchestrator-flow-examples-'))
  await cp(examples, folder, { recursive: true })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Report {
  status: string
  outputs: Record<string, unknown>
  steps: Record<string, { status: string }>
  problems: { message: string; code: string; line: number | null; step: string | null }[]
}

async function run(...args: string[]): Promise<Report> {
  const { stdout, stderr } = await runCli(['run', ...args, '--json'], { folder })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Report
}

const linesOf = async (name: string): Promise<string[]> =>
  (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n')

describe('the examples of control flow', () => {
  it('loops go on while and until, and break', async () => {
    const { outputs } = await run('loops.yaml')
    expect(outputs).toEqual({ years: 15, power: '1024 after 10 turns', found: 'page 2' })
    expect((await run('loops.yaml', '-i', 'wanted=zoe')).outputs).toMatchObject({ found: 'nowhere' })
  })

  it('try catches what fails, and cleans up', async () => {
    const { outputs, steps } = await run('try.yaml')
    expect(outputs).toEqual({
      orders: ['booked 40', 'not booked: Order 2 has no total (flow-failed in each[1].book.no_total)', 'booked 5'],
      failed: 0,
    })
    expect(await linesOf('out/orders.log')).toEqual(['order 1: fine', 'order 2: flow-failed', 'order 3: fine'])
    expect(await linesOf('out/complaints.log')).toHaveLength(1)
    expect(steps['each[0].was_caught']?.status).toBe('skipped')
  })

  it('calls another file, which calls itself', async () => {
    const { outputs, steps } = await run('calls.yaml')
    expect(outputs).toEqual({ report: 'home: 10 in 4 folders' })
    expect(steps['total.each[0].inner.each[0].inner.has_more']?.status).toBe('succeeded')
  })

  it('merges wait for any, all, the first, some, or end a race', async () => {
    const { outputs } = await run('merges.yaml')
    expect(outputs).toEqual({
      either: 'air',
      complete: ['packed', 'air'],
      early: 'packed',
      two: ['air', 'packed'],
      winner: 'quick',
      slow: 'ended',
    })
  })

  it('maps go through lists in each of their ways', async () => {
    const { outputs } = await run('maps.yaml')
    expect(outputs).toEqual({
      pairs: [12, 31, 65],
      even: '[4, 8, 16, 42] of 6',
      strict: '15 is odd',
      until_twenty: [4, 8, 15, 16, 23],
      found: 'at 2',
      lines: 6,
    })
    expect((await linesOf('out/numbers.log')).sort()).toHaveLength(6)
  })

  it('streams are read by maps', async () => {
    expect((await run('streams.yaml')).outputs).toEqual({ rows: 6, batches: 3, amount: 43, doubled: [2, 4] })
  })

  it('ends stops as a success, or fails on purpose', async () => {
    expect(await run('ends.yaml')).toMatchObject({
      status: 'succeeded',
      outputs: { done: null, stopped: 'nothing to do' },
    })
    expect((await run('ends.yaml', '-i', 'rows=[1]')).outputs).toEqual({ done: '1 rows done', stopped: null })
    const failed = await run('ends.yaml', '-i', 'rows=[1,2,3,4]')
    expect(failed).toMatchObject({ status: 'failed', problems: [{ code: 'flow-failed', step: 'refuse', line: 17 }] })
  })
})

describe('a file that calls what is not there, or does not fit', () => {
  it('is refused with the place of the call', async () => {
    const text = await readFile(join(folder, 'calls.yaml'), 'utf8')
    await writeFile(join(folder, 'gone.yaml'), text.replace('./called/folder-size.yaml', './called/gone.yaml'))
    expect((await run('gone.yaml')).problems).toMatchObject([{ code: 'unknown-reference', step: 'total', line: 18 }])
    await writeFile(join(folder, 'unfit.yaml'), text.replace('{ folder:', '{ folders:'))
    const { code, stdout } = await runCli(['validate', 'unfit.yaml', '--json'], { folder })
    expect(code).toBe(2)
    expect(stdout).toContain('input-missing')
  })
})
