import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openDatabase, type DatabaseOptions } from '#db/client.ts'
import type { Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { defineStep } from '#server/steps/define-step.ts'
import { stepRegistry } from '#server/steps/registry.ts'
import { z } from 'zod'
import { createEngine } from '../engine.ts'
import { documentOf, signalsOf } from './test-engine.ts'
import { testServices } from './test-steps.ts'

/** What the parent passes as JSON in the first argument. */
export interface WaitingChildOptions {
  place: DatabaseOptions
  dataDir: string
  /** Steps with effects append a line to this file. */
  file: string
}

// A process of its own that a test kills. It reads commands from its input and says what came of them:
// `start` -> `parked <run> <wait>`; `answer <wait>` -> `answered <true|false>`; `timer <ms>` -> `parked <run>`; `end <run>` -> `ended <event>`.
const options = JSON.parse(process.argv[2]!) as WaitingChildOptions
const append = defineStep({
  type: 'test.append',
  title: 'Append',
  summary: '',
  icon: 'box',
  category: 'files',
  docs: '',
  config: z.strictObject({ line: z.string() }),
  output: z.json(),
  effects: 'write',
  examples: [],
  execute({ config }) {
    appendFileSync(options.file, `${config.line}\n`)
    return config.line
  },
})

const database = await openDatabase(options.place)
const engine = await createEngine({
  database,
  steps: new Map([...stepRegistry, [append.manifest.type, append]]),
  stepServices: () => testServices,
  dataDir: options.dataDir,
})

const write = (id: string, line: string, needs: string[]): Step => ({ id, type: 'test.append', needs, with: { line } })
const around = (wait: Step, port: string): Step[] => [
  write('before', 'before {{ run.id }}', []),
  { ...wait, needs: ['before'] },
  write('after', 'after {{ run.id }}', [`wait${port}`]),
]

/** Starts it and resolves once it waits and nobody holds it. */
async function startAndPark(steps: Step[]): Promise<string> {
  const changed = new AbortController()
  const changes = engine.watchRuns(localScope, changed.signal)[Symbol.asyncIterator]()
  let next = changes.next()
  const runId = await engine.start({
    scope: localScope,
    pipelineName: 'waiting',
    document: documentOf(steps, { wait: '{{ wait }}' }),
    inputs: {},
  })
  for (;;) {
    const { rows } = await database.query<{ status: string }>('select status from runs where id = $1', [runId])
    if (rows[0]?.status === 'waiting') break
    await next
    next = changes.next()
  }
  changed.abort()
  return runId
}

const commands: Record<string, (argument: string) => Promise<string>> = {
  async start() {
    const steps = around({ id: 'wait', type: 'flow.approval', with: { title: 'Go?' } }, '.approved')
    const runId = await startAndPark(steps)
    const { rows } = await database.query<{ id: string }>('select id from run_waits where run_id = $1', [runId])
    return `parked ${runId} ${rows[0]?.id}`
  },
  async timer(duration) {
    return `parked ${await startAndPark(around({ id: 'wait', type: 'flow.wait', with: { duration } }, ''))}`
  },
  async answer(waitId) {
    return `answered ${await engine.answerWait(waitId, { kind: 'approved', by: 'ada', at: Date.now() })}`
  },
  async end(runId) {
    const last = (await signalsOf(engine, runId)).at(-1)
    return `ended ${last?.kind === 'event' ? JSON.stringify(last.entry.event) : 'nothing'}`
  },
}

process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', argument = ''] = line.split(' ', 2)
  process.stdout.write(`${await commands[command]!(argument)}\n`)
}
await engine.close()
await database.close()
