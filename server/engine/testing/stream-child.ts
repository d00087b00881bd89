import { createFolderFiles } from '#server/files/folder-files.ts'
import { stepRegistry } from '#server/steps/registry.ts'
import { runInMemory } from '../run-in-memory.ts'
import { testServices } from './test-steps.ts'

/** What the parent passes as JSON in the first argument. */
export interface StreamChildOptions {
  folder: string
  file: string
  /** Rows a body run gets; one when absent. */
  batch?: number
  /** Memory is looked at after each so many events. */
  every: number
}

// A process of its own, so that its memory can be measured: goes through a table row by row, or in batches, and says how many
// body runs there were, how much live memory was left at most, and how long it took.
const { folder, file, batch, every } = JSON.parse(process.argv[2]!) as StreamChildOptions
const began = performance.now()
let live = 0
let seen = 0
const report = await runInMemory({
  document: {
    orchestrator: 1,
    name: 'stream',
    steps: [
      { id: 'load', type: 'data.csv', with: { file } },
      {
        id: 'each',
        type: 'flow.map',
        needs: ['load.stream'],
        with: { keep_results: false, ...(batch === undefined ? {} : { batch_size: batch }) },
        steps: [{ id: 'sum', type: 'text.template', with: { template: '{{ item | length }}' } }],
      },
    ],
    outputs: { runs: '{{ each.count }}', rows: '{{ load.count }}' },
  },
  inputs: {},
  steps: stepRegistry,
  services: { ...testServices, files: createFolderFiles(folder) },
  onEvent() {
    seen += 1
    // Collected now and then: what is left is really in use.
    if (seen % every !== 0 || !globalThis.gc) return
    globalThis.gc()
    live = Math.max(live, process.memoryUsage().heapUsed)
  },
})
const seconds = (performance.now() - began) / 1_000
process.stdout.write(
  `${JSON.stringify({ ...report, steps: undefined, live, seconds, rss: process.memoryUsage().rss })}\n`,
)
