import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describeEachDatabase } from '#db/testing.ts'
import { afterAll, afterEach, expect, it } from 'vitest'
import type { WaitingChildOptions } from './testing/waiting-child.ts'

const program = new URL('./testing/waiting-child.ts', import.meta.url).pathname

/** A worker of its own, which takes commands. */
class Child {
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>

  private constructor(process_: ChildProcess) {
    this.#process = process_
    this.#lines = createInterface({ input: process_.stdout! })[Symbol.asyncIterator]()
  }

  static async start(options: WaitingChildOptions): Promise<Child> {
    const child = new Child(
      spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] }),
    )
    expect(await child.#line()).toEqual(['ready'])
    return child
  }

  /** The words of its answer. */
  async ask(command: string): Promise<string[]> {
    this.tell(command)
    return this.#line()
  }

  tell(command: string): void {
    this.#process.stdin!.write(`${command}\n`)
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exit = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exit
  }

  async #line(): Promise<string[]> {
    const { value } = (await this.#lines.next()) as { value?: string }
    if (value === undefined) throw new Error('the child has ended')
    const [word, ...rest] = value.split(' ')
    return word === 'ended' ? [word, rest.join(' ')] : [word!, ...rest]
  }
}

describeEachDatabase('a worker killed while runs wait', (_open, { kind, place }) => {
  const folders: string[] = []
  const children: Child[] = []
  afterEach(() => Promise.all(children.splice(0).map((child) => child.kill())))
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  async function makeShared() {
    const dataDir = mkdtempSync(join(tmpdir(), 'engine-waiting-'))
    folders.push(dataDir)
    const file = join(dataDir, 'lines.txt')
    const options = { place: await place(), dataDir, file }
    const start = async (): Promise<Child> => {
      const child = await Child.start(options)
      children.push(child)
      return child
    }
    return { start, lines: () => readFileSync(file, 'utf8').trimEnd().split('\n').toSorted() }
  }

  it('loses no question: another goes on with the answer', { timeout: 120_000 }, async () => {
    const { start, lines } = await makeShared()
    const first = await start()
    const [, runId, waitId] = await first.ask('start')
    await first.kill()
    const second = await start()
    expect(await second.ask(`answer ${waitId}`)).toEqual(['answered', 'true'])
    const [, event] = await second.ask(`end ${runId}`)
    expect(JSON.parse(event!)).toMatchObject({
      type: 'run-succeeded',
      outputs: { value: { wait: { approved: true, by: 'ada' } } },
    })
    expect(await second.ask(`answer ${waitId}`)).toEqual(['answered', 'false'])
    expect(lines()).toEqual([`after ${runId}`, `before ${runId}`])
  })

  it('sleeps through no time that passed meanwhile, nor one that comes later', { timeout: 120_000 }, async () => {
    const { start } = await makeShared()
    const first = await start()
    const [, soon] = await first.ask('timer 1500ms')
    const [, later] = await first.ask('timer 4s')
    await first.kill()
    const second = await start()
    for (const runId of [soon, later]) {
      const [, event] = await second.ask(`end ${runId}`)
      expect(JSON.parse(event!)).toMatchObject({ outputs: { value: { wait: { ended: 'time' } } } })
    }
  })

  it('and answered at that moment: what was accepted counts, and counts once', { timeout: 240_000 }, async () => {
    const { start, lines } = await makeShared()
    const runs: string[] = []
    let child = await start()
    for (let round = 0; round < 4; round += 1) {
      const [, runId, waitId] = await child.ask('start')
      runs.push(runId!)
      // On PostgreSQL somebody else answers while the worker dies; embedded, the worker itself does.
      const other = kind === 'postgres' ? await start() : null
      const answering = (other ?? child).ask(`answer ${waitId}`).then(
        ([, accepted]) => accepted,
        () => 'unknown',
      )
      if (round % 2 === 0) await answering
      await child.kill()
      const accepted = await answering
      const next = other ?? (await start())
      if (accepted === 'unknown') {
        // It may have been stored before the end, or not: a second answer settles it.
        expect(['true', 'false']).toContain((await next.ask(`answer ${waitId}`))[1])
      } else expect(accepted).toBe('true')
      const [, event] = await next.ask(`end ${runId}`)
      expect(JSON.parse(event!)).toMatchObject({ type: 'run-succeeded' })
      child = next
    }
    // A step with effects that was in flight may have run twice, a completed one may not.
    const all = lines()
    for (const runId of runs) {
      expect(all.filter((line) => line === `before ${runId}`)).toHaveLength(1)
      expect(all).toContain(`after ${runId}`)
    }
    expect(all.length).toBeLessThanOrEqual(runs.length * 3)
  })
})
