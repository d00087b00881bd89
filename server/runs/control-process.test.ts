import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JournalEntry } from '#pipeline/events.ts'
import { foldRun } from '#pipeline/run-view.ts'
import { runCli } from '#server/cli/testing/run-cli.ts'
import { type ServerProcess, startServer } from '#server/cli/testing/server-process.ts'

let folder: string
let server: ServerProcess
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchestrator-control-'))
  server = await startServer(folder)
}, 60_000)
afterAll(async () => {
  await server.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

const orchestrator = (...args: string[]) => runCli(args, { folder, environment: { ORCHESTRATOR_URL: server.url } })

/** What a command prints that has to work. */
async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await orchestrator(...args)
  expect(code, stderr).toBe(0)
  return stdout.trim()
}
/** What the API says: a process for every look takes its time. */
const ask = <Data>(procedure: string, input: unknown) => server.call<Data>(procedure, input, 'GET')
const statusOf = async (runId: string): Promise<string> => (await ask<{ status: string }>('runs.get', { runId })).status
const untilStatus = (run: string, status: string) =>
  expect.poll(() => statusOf(run), { timeout: 30_000, interval: 100 }).toBe(status)
async function pausedBefore(runId: string): Promise<string | undefined> {
  const { entries } = await ask<{ entries: JournalEntry[] }>('runs.entries', { runId })
  return foldRun(entries).paused?.path ?? undefined
}

async function importPipeline(name: string, yaml: string): Promise<string> {
  await writeFile(join(folder, name), yaml)
  return printed('import', name)
}

const yaml = `
orchestrator: 1
name: Steps
inputs:
  word: { default: hello }
steps:
  - { id: a, type: text.template, with: { template: "{{ inputs.word }}" } }
  - { id: a_line, type: file.write, needs: [a], with: { path: lines.txt, content: "{{ a }}", append: true } }
  - { id: b, type: text.template, needs: [a_line], with: { template: "b of {{ a }}" } }
  - { id: b_line, type: file.write, needs: [b], with: { path: lines.txt, content: "{{ b }}", append: true } }
  - { id: lines, type: file.read, needs: [b_line], with: { path: lines.txt } }
outputs:
  lines: "{{ lines.content }}"
`

it('a paused run survives kill -9, takes another value, and goes on step by step', { timeout: 180_000 }, async () => {
  const pipeline = await importPipeline('steps.yaml', yaml)
  const run = await printed('runs', 'start', pipeline, '-i', 'word=one', '--breakpoint', 'b if a == "one"')
  await untilStatus(run, 'paused')
  expect(await printed('runs', 'show', run)).toContain('paused before b')

  await server.kill('SIGKILL')
  server = await startServer(folder)
  expect(await statusOf(run)).toBe('paused')

  await printed('runs', 'edit', run, 'a', '"two"')
  await printed('runs', 'resume', run, '--step')
  await expect.poll(() => pausedBefore(run), { timeout: 30_000 }).toBe('b_line')
  await server.kill('SIGKILL')
  server = await startServer(folder)
  await printed('runs', 'resume', run)
  await untilStatus(run, 'succeeded')
  const { outputs, steps } = JSON.parse(await printed('runs', 'show', run, '--json')) as {
    outputs: unknown
    steps: { attempt: number }[]
  }
  // Each line once: nothing that had ended was repeated.
  expect(outputs).toEqual({ lines: 'one\nb of two\n' })
  expect(steps.every(({ attempt }) => attempt === 1)).toBe(true)
  expect((await orchestrator('runs', 'resume', run)).stderr).toContain('has ended')

  // From b on: the value that was changed stays, the first line is not written again.
  const again = await printed('runs', 'rerun', run, 'b', '--wait')
  expect(again).toContain('one\\nb of two\\nb of two\\n')
  const other = await printed('runs', 'run-step', pipeline, 'b_line', '--with', '{"content": "by hand"}', '--wait')
  expect(other).toMatch(/succeeded/)
  const last = await printed('runs', 'run-to', pipeline, 'lines', '--wait', '--json')
  expect(last).toContain('by hand')
})

it('controls runs from the command line', { timeout: 180_000 }, async () => {
  const pipeline = await importPipeline(
    'waits.yaml',
    `
orchestrator: 1
name: Waits
steps:
  - { id: before, type: text.template, with: { template: before } }
  - { id: wait, type: flow.wait, needs: [before], with: { duration: 1h } }
`,
  )
  const run = await printed('runs', 'start', pipeline, '--key', 'once')
  expect(await printed('runs', 'start', pipeline, '--key', 'once')).toBe(run)
  await untilStatus(run, 'waiting')
  await printed('runs', 'pause', run)
  await untilStatus(run, 'paused')
  await printed('runs', 'breakpoints', run)
  await printed('runs', 'resume', run)
  await untilStatus(run, 'waiting')
  await printed('runs', 'cancel', run)
  await untilStatus(run, 'cancelled')
  expect(await printed('runs', 'list', '--pipeline', pipeline, '--status', 'cancelled')).toContain(run)

  await printed('pins', 'set', pipeline, 'wait', '--value', '{"waited": false}')
  expect(await printed('pins', 'list', pipeline)).toContain('wait  {"waited":false}')
  const retried = await printed('runs', 'retry', run, '--json')
  const { runId } = JSON.parse(retried) as { runId: string }
  await untilStatus(runId, 'waiting')
  await printed('runs', 'cancel', runId)
  expect(await printed('runs', 'start', pipeline, '--wait')).toContain('succeeded')
  await printed('pins', 'remove', pipeline, 'wait')
  expect(await printed('pins', 'list', pipeline)).toBe('Nothing is pinned.')

  expect(await orchestrator('runs', 'list', '--status', 'odd')).toMatchObject({ code: 2 })
})
