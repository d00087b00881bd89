import { appendFileSync } from 'node:fs'
import { openDatabase, type DatabaseOptions } from '#db/client.ts'
import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { defineStep } from '#server/steps/define-step.ts'
import { createFolderFiles } from '#server/files/folder-files.ts'
import { stepRegistry } from '#server/steps/registry.ts'
import { z } from 'zod'
import { createEngine } from '../engine.ts'
import { documentOf, signalsOf } from './test-engine.ts'
import { testServices } from './test-steps.ts'

/** What the parent passes as JSON in the first argument. */
export interface CrashChildOptions {
  place: DatabaseOptions
  dataDir: string
  /** Each item appends a line with its index to this file. */
  file: string
  /**
   * Start a run of this many items: of a list, the same `nested` (a try in a loop in a map in a called pipeline, three turns
   * an item), or of a `stream` (the rows of `rows.csv` in the data directory).
   */
  start?: { items: number; concurrency: number; kind: 'list' | 'nested' | 'stream' }
  /** Or wait for the end of this run, which goes on by itself. */
  wait?: string
}

// A process of its own that a test kills: says `run <id>`, `line` for every line written, and `ended <status>`.
const options = JSON.parse(process.argv[2]!) as CrashChildOptions
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
    process.stdout.write('line\n')
    return config.line
  },
})

const database = await openDatabase(options.place)
const engine = await createEngine({
  database,
  steps: new Map([...stepRegistry, [append.manifest.type, append]]),
  stepServices: () => ({ ...testServices, files: createFolderFiles(options.dataDir) }),
  dataDir: options.dataDir,
})

const write = (id: string, line: string, needs: string[] = []): Step => ({
  id,
  type: 'test.append',
  needs,
  with: { line },
})

type Kind = NonNullable<CrashChildOptions['start']>['kind']
type MakeRun = (items: number[], concurrency: number) => { steps: Step[]; calls: Record<string, PipelineDocument> }

/** One line an item. */
const listRun: MakeRun = (items, concurrency) => {
  const steps = [write('append', 'line {{ index }}')]
  return { steps: [{ id: 'each', type: 'flow.map', with: { items, concurrency }, steps }], calls: {} }
}

/** One line a row, whatever the number of items. */
const streamRun: MakeRun = (_items, concurrency) => {
  const steps = [write('append', 'row {{ item.n }}')]
  const load: Step = { id: 'load', type: 'data.csv', with: { file: 'rows.csv' } }
  return {
    steps: [load, { id: 'each', type: 'flow.map', needs: ['load.stream'], with: { concurrency }, steps }],
    calls: {},
  }
}

/** Two lines a turn: what the try did or caught, and that it closed. */
const nestedRun: MakeRun = (items, concurrency) => {
  const fail: Step = { id: 'odd', type: 'flow.branch', with: { condition: '(item + index) is odd' } }
  const safe: Step[] = [
    fail,
    { id: 'no', type: 'flow.fail', needs: ['odd.true'], with: { message: 'odd' } },
    write('did', 'did {{ item }} {{ index }}', ['odd.false']),
    { id: 'rescue', type: 'flow.catch', steps: [write('told', 'caught {{ item }} {{ index }}')] },
    { id: 'close', type: 'flow.finally', steps: [write('shut', 'closed {{ item }} {{ index }}')] },
  ]
  const turns: Step = {
    id: 'turns',
    type: 'flow.loop',
    with: { state: 0, while: 'state < 3', next: '{{ state + 1 }}' },
    steps: [{ id: 'safe', type: 'flow.try', steps: safe }],
  }
  const each: Step = {
    id: 'each',
    type: 'flow.map',
    with: { items: '{{ inputs.items }}', concurrency },
    steps: [turns],
  }
  const inputs = { items: { type: 'list' as const } }
  const called = { ...documentOf([each], { items: '{{ each.items }}', failed: '{{ each.failed }}' }), inputs }
  const call: Step = { id: 'each', type: 'flow.pipeline', with: { pipeline: 'nested', inputs: { items } } }
  return { steps: [call], calls: { 'nested@latest': called } }
}

const runs: Readonly<Record<Kind, MakeRun>> = { list: listRun, nested: nestedRun, stream: streamRun }

let runId = options.wait
if (options.start) {
  const { items: count, concurrency, kind } = options.start
  const items = Array.from({ length: count }, (_, index) => index)
  const { steps, calls } = runs[kind](items, concurrency)
  const document = documentOf(steps, { count: '{{ each.items | length }}', failed: '{{ each.failed }}' })
  runId = await engine.start({ scope: localScope, pipelineName: 'crash', document, calls, inputs: {} })
  process.stdout.write(`run ${runId}\n`)
}
const last = (await signalsOf(engine, runId!)).at(-1)
process.stdout.write(`ended ${last?.kind === 'event' ? JSON.stringify(last.entry.event) : 'nothing'}\n`)
await engine.close()
await database.close()
