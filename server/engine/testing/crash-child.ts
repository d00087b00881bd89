import { appendFileSync } from 'node:fs'
import { openDatabase, type DatabaseOptions } from '#db/client.ts'
import type { Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { defineStep } from '#server/steps/define-step.ts'
import { flowMap } from '#server/steps/flow-map.ts'
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
  /** Start a run of this many items. */
  start?: { items: number; concurrency: number }
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
  steps: new Map([flowMap, append].map((step) => [step.manifest.type, step])),
  stepServices: () => testServices,
  dataDir: options.dataDir,
})

let runId = options.wait
if (options.start) {
  const { items, concurrency } = options.start
  const each: Step = {
    id: 'each',
    type: 'flow.map',
    with: { items: Array.from({ length: items }, (_, index) => index), concurrency },
    steps: [{ id: 'append', type: 'test.append', with: { line: 'line {{ index }}' } }],
  }
  const document = documentOf([each], { count: '{{ each.items | length }}', failed: '{{ each.failed }}' })
  runId = await engine.start({ scope: localScope, pipelineName: 'crash', document, inputs: {} })
  process.stdout.write(`run ${runId}\n`)
}
const last = (await signalsOf(engine, runId!)).at(-1)
process.stdout.write(`ended ${last?.kind === 'event' ? JSON.stringify(last.entry.event) : 'nothing'}\n`)
await engine.close()
await database.close()
