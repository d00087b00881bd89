import { emptyRunView, applyEntries, type RunView } from '#pipeline/run-view.ts'
import type { RunSummary } from '#server/runs/run-records.ts'
import type { Api } from './api-client.ts'
import { formatDuration } from './run-reporter.ts'

const entriesPerRead = 2_000
/** More steps are not shown one by one. */
const longestList = 100

/** One line about a run. */
export function runLine(run: RunSummary): string {
  const { id, status, pipelineName, createdAt, durationMs, stepsDone, stepsFailed } = run
  const took = durationMs === null ? '' : `  ${formatDuration(durationMs)}`
  const failed = stepsFailed > 0 ? `, ${stepsFailed} failed` : ''
  return `${id}  ${status.padEnd(9)}  ${createdAt.slice(0, 16)}  ${pipelineName}  ${stepsDone} steps${failed}${took}`
}

/** Prints where a run stands: its steps but those inside of containers, what it waits for, its error or outputs. */
export async function printRun(api: Api, runId: string, options: { json?: boolean }): Promise<void> {
  const run = await api.runs.get.query({ runId })
  const view = await viewOf(api, runId)
  const steps = [...view.steps.values()]
  if (options.json) {
    const { document: _document, ...rest } = run
    const shown = steps.map(({ path, status, attempt, error, durationMs }) => ({
      path,
      status,
      attempt,
      durationMs,
      error,
    }))
    console.log(JSON.stringify({ ...rest, steps: shown }, null, 2))
    return
  }
  console.log(runLine(run))
  const outer = steps.filter(({ path }) => !/[.[]/.test(path))
  for (const { path, status, durationMs } of outer.slice(0, longestList)) {
    const took = durationMs ? `  ${formatDuration(durationMs)}` : ''
    console.log(`  ${status.padEnd(9)}  ${path}${took}`)
  }
  if (outer.length > longestList) console.log(`  and ${outer.length - longestList} more`)
  if (run.status === 'paused') console.log(`  paused${view.paused?.path ? ` before ${view.paused.path}` : ''}`)
  if (run.blocked) console.log(`  ${run.blocked.message}`)
  if (run.error) console.log(`  ${run.error.step ? `${run.error.step}: ` : ''}${run.error.message}`)
  if (run.status === 'succeeded') console.log(JSON.stringify(run.outputs, null, 2))
}

async function viewOf(api: Api, runId: string): Promise<RunView> {
  let view = emptyRunView()
  for (let afterSeq = 0; ;) {
    const { entries, nextSeq } = await api.runs.entries.query({ runId, afterSeq, limit: entriesPerRead })
    view = applyEntries(view, entries)
    if (nextSeq === null) return view
    afterSeq = nextSeq
  }
}
