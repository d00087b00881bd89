import { readdirSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'
import type { Database } from '#db/client.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { JournalEntry, RunStatus } from '#pipeline/events.ts'
import type { Effect } from './chaos-step.ts'
import type { Scenario } from './scenarios.ts'

/** What was found wrong with a run. `repeated`: a step was carried out after its success was in the journal. */
export interface Finding {
  runId: string
  kind: 'end' | 'repeated' | 'stuck' | 'journal' | 'effect-missing' | 'counters' | 'worker-died'
  text: string
}

interface RunRow {
  id: string
  status: RunStatus
  outputs: unknown
  error: ErrorInfo | null
  stepsDone: number
  stepsFailed: number
}

/** Every effect that any worker wrote down, by run. A line that a kill cut short is left out. */
export function readEffects(folder: string): Map<string, Effect[]> {
  const effects = new Map<string, Effect[]>()
  for (const name of readdirSync(folder)) {
    if (!name.startsWith('effects-')) continue
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      if (!line.endsWith('}')) continue
      const effect = JSON.parse(line) as Effect
      effects.set(effect.run, [...(effects.get(effect.run) ?? []), effect])
    }
  }
  return effects
}

/** Compares what the database and the world say of every run with what should have come of it. */
export async function judge(
  database: Database,
  scenarios: ReadonlyMap<string, Scenario>,
  effects: ReadonlyMap<string, readonly Effect[]>,
): Promise<Finding[]> {
  const { rows } = await database.query<RunRow>(
    `select id, status, outputs, error, steps_done as "stepsDone", steps_failed as "stepsFailed" from runs
    where parent_run_id is null`,
  )
  const findings: Finding[] = []
  const found = new Map(rows.map((row) => [row.id, row]))
  for (const [runId, scenario] of scenarios) {
    const row = found.get(runId)
    if (!row) {
      findings.push({ runId, kind: 'end', text: 'it was started, but is not in the database' })
      continue
    }
    const { rows: entries } = await database.query<{ seq: number; at: number; event: JournalEntry['event'] }>(
      'select seq, at, data as event from run_journal where run_id = $1 order by seq',
      [runId],
    )
    // Items of a spread map are carried out, and written down, by runs of their own.
    const { rows: ofParts } = await database.query<{ at: number; event: JournalEntry['event'] }>(
      `select at, data as event from run_journal join runs on id = run_id
      where parent_run_id = $1 and data->>'path' like (part->>'path') || '[%' order by run_id, seq`,
      [runId],
    )
    for (const finding of judgeRun(row, scenario, { entries, ofParts }, effects.get(runId) ?? [])) {
      const whereabouts = finding.kind === 'stuck' ? `; ${await whereaboutsOf(database, runId)}` : ''
      findings.push({ runId, ...finding, text: `${finding.text}${whereabouts}` })
    }
  }
  return findings
}

/** Who holds a run, and what the queue says of it. */
async function whereaboutsOf(database: Database, runId: string): Promise<string> {
  const { rows } = await database.query<{ text: string }>(
    `select json_build_object('owner', owner, 'epoch', epoch, 'wakeAt', wake_at, 'worker', (select to_json(w) from workers w where w.id = owner),
      'jobs', (select json_agg(j) from (select name, state, created_on, started_on, retry_count from pgboss.job
        where id::text = runs.id) j))::text as text from runs where id = $1`,
    [runId],
  )
  return rows[0]!.text
}

function* judgeRun(
  row: RunRow,
  { expected, effects: expectedEffects }: Scenario,
  { entries, ofParts }: { entries: readonly JournalEntry[]; ofParts: readonly Omit<JournalEntry, 'seq'>[] },
  effects: readonly Effect[],
): Generator<Omit<Finding, 'runId'>> {
  const { status, error, outputs } = row
  if (['queued', 'running', 'waiting', 'paused'].includes(status)) {
    const last = entries.at(-1)
    yield { kind: 'stuck', text: `${status} after ${entries.length} events, the last: ${JSON.stringify(last?.event)}` }
    return
  }
  if (status !== expected.status)
    yield { kind: 'end', text: `${status} instead of ${expected.status}: ${error?.message}` }
  else if (status === 'succeeded' && !isDeepStrictEqual(outputs, expected.outputs)) {
    yield { kind: 'end', text: `outputs ${JSON.stringify(outputs)} instead of ${JSON.stringify(expected.outputs)}` }
  } else if (status === 'failed' && error?.step !== expected.failedStep) {
    yield { kind: 'end', text: `${error?.step} failed instead of ${expected.failedStep}: ${error?.message}` }
  }
  yield* judgeJournal(entries)

  const completedAt = new Map<string, number>()
  const counts = { done: 0, failed: 0 }
  for (const { at, event } of [...entries, ...ofParts]) {
    if (event.type === 'step-succeeded') counts.done += 1
    if (event.type === 'step-failed') counts.failed += 1
    if (event.type === 'step-succeeded') {
      if (completedAt.has(event.path)) yield { kind: 'repeated', text: `${event.path} succeeded twice` }
      completedAt.set(event.path, at)
    }
    if (event.type === 'step-started' && completedAt.has(event.path)) {
      yield { kind: 'repeated', text: `${event.path} started after it had succeeded` }
    }
  }
  // An attempt that was under way when its worker lost the run may come to its effect late; one that began later may not.
  for (const { path, startedAt, pid } of effects) {
    const completed = completedAt.get(path)
    if (completed !== undefined && startedAt > completed) {
      yield {
        kind: 'repeated',
        text: `${path} was carried out by ${pid} ${startedAt - completed} ms after it had succeeded`,
      }
    }
  }
  const seen = new Set(effects.map(({ path }) => path))
  const missing = expectedEffects.filter((path) => !seen.has(path))
  if (missing.length > 0) yield { kind: 'effect-missing', text: `nothing was seen of ${missing.join(', ')}` }
  if (counts.done !== row.stepsDone || counts.failed !== row.stepsFailed) {
    const said = `${row.stepsDone} done, ${row.stepsFailed} failed`
    yield { kind: 'counters', text: `the row says ${said}; the journal ${counts.done} and ${counts.failed}` }
  }
}

function* judgeJournal(entries: readonly JournalEntry[]): Generator<Omit<Finding, 'runId'>> {
  const gap = entries.findIndex(({ seq }, index) => seq !== index + 1)
  if (gap >= 0) yield { kind: 'journal', text: `seq ${entries[gap]!.seq} at place ${gap + 1}` }
  const ends = entries.filter(({ event: { type } }) => /^run-(succeeded|failed|cancelled)$/.test(type))
  if (ends.length !== 1 || entries.at(-1) !== ends[0]) {
    yield { kind: 'journal', text: `${ends.length} ends in ${entries.length} events` }
  }
}
