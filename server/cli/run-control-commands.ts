import { setTimeout as wait } from 'node:timers/promises'
import { OrchestratorError } from '#pipeline/errors.ts'
import { runStatuses, type RunStatus } from '#pipeline/events.ts'
import { parseJsonOption } from './answer-commands.ts'
import { type Api, withApi } from './api-client.ts'
import { parseBreakpoint, parseControlOptions } from './control-options.ts'
import { parseInputOptions } from './input-values.ts'
import { printRun, runLine } from './print-run.ts'

/** How the commands that make a run go on. */
export interface FollowOptions {
  wait?: boolean
  json?: boolean
}

export interface NewRunOptions extends FollowOptions {
  input?: string[]
  versionNumber?: string
  key?: string
  priority?: string
  until?: string[]
  breakpoint?: string[]
  step?: boolean
}

const lookAgainMs = 300
const final: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled']

/** `runs list`. */
export function listCommand(options: {
  pipeline?: string
  status?: string[]
  search?: string
  limit: string
  json?: boolean
}): Promise<number> {
  const { pipeline, search, json } = options
  const status = options.status?.map(statusOf)
  return withApi(async (api) => {
    const { items } = await api.runs.list.query({
      ...(pipeline === undefined ? {} : { pipelineId: pipeline }),
      ...(status ? { status } : {}),
      ...(search === undefined ? {} : { search }),
      limit: numberOf('--limit', options.limit),
    })
    if (json) console.log(JSON.stringify(items, null, 2))
    else if (items.length === 0) console.log('There are no such runs.')
    else for (const run of items) console.log(runLine(run))
    return 0
  })
}

/** `runs show`. */
export function showCommand(runId: string, options: { json?: boolean }): Promise<number> {
  return withApi(async (api) => {
    await printRun(api, runId, options)
    return 0
  })
}

/** `runs start`. */
export function startCommand(pipelineId: string, given: NewRunOptions): Promise<number> {
  const options = parseControlOptions(given)
  const { versionNumber, key, priority } = given
  return begin(given, (api) =>
    api.runs.start.mutate({
      pipelineId,
      inputs: parseInputOptions(given.input ?? []),
      ...(versionNumber === undefined ? {} : { versionNumber: numberOf('--version-number', versionNumber) }),
      ...(key === undefined ? {} : { idempotencyKey: key }),
      ...(priority === undefined ? {} : { priority: numberOf('--priority', priority) }),
      ...(options && { options }),
    }),
  )
}

/** `runs retry`. */
export function retryCommand(runId: string, options: FollowOptions): Promise<number> {
  return begin(options, (api) => api.runs.retry.mutate({ runId }))
}

/** `runs rerun`. */
export function rerunCommand(
  runId: string,
  path: string,
  options: FollowOptions & { on: 'same' | 'latest' | 'draft'; input?: string[] },
): Promise<number> {
  const { on, input } = options
  return begin(options, (api) => api.runs.rerunFrom.mutate({ runId, path, on, ...inputsOf(input) }))
}

/** `runs run-to`. */
export function runToCommand(
  pipelineId: string,
  path: string,
  options: FollowOptions & { input?: string[] },
): Promise<number> {
  return begin(options, (api) => api.runs.runTo.mutate({ pipelineId, path, ...inputsOf(options.input) }))
}

/** `runs run-step`. */
export function runStepCommand(
  pipelineId: string,
  path: string,
  options: FollowOptions & { input?: string[]; with?: string },
): Promise<number> {
  const settings = options.with === undefined ? undefined : parseJsonOption('--with', options.with)
  if (settings !== undefined && (typeof settings !== 'object' || settings === null || Array.isArray(settings))) {
    throw new OrchestratorError('invalid-request', '--with must be a JSON object of settings.', {
      fix: `For example --with '{"url": "https://example.org"}'`,
    })
  }
  return begin(options, (api) =>
    api.runs.runStep.mutate({ pipelineId, path, ...(settings && { with: settings }), ...inputsOf(options.input) }),
  )
}

/** `runs pause`, `resume` and `cancel`. */
export function tellCommand(
  told: { kind: 'pause' | 'cancel'; run: string } | { kind: 'resume'; run: string; mode: 'continue' | 'step' },
): Promise<number> {
  const { run: runId } = told
  return withApi(async (api) => {
    if (told.kind === 'resume') await api.runs.resume.mutate({ runId, mode: told.mode })
    else await api.runs[told.kind].mutate({ runId })
    return 0
  })
}

/** `runs edit`. */
export function editCommand(runId: string, path: string, value: string): Promise<number> {
  const parsed = parseJsonOption('The value', value)
  return withApi(async (api) => {
    await api.runs.editValue.mutate({ runId, path, value: parsed })
    return 0
  })
}

/** `runs breakpoints`. */
export function breakpointsCommand(runId: string, steps: readonly string[]): Promise<number> {
  const breakpoints = steps.map(parseBreakpoint)
  return withApi(async (api) => {
    await api.runs.setBreakpoints.mutate({ runId, breakpoints })
    return 0
  })
}

/** `pins list`. */
export function pinsCommand(pipelineId: string, options: { json?: boolean }): Promise<number> {
  return withApi(async (api) => {
    const pins = await api.pins.list.query({ pipelineId })
    if (options.json) console.log(JSON.stringify(pins, null, 2))
    else if (pins.length === 0) console.log('Nothing is pinned.')
    else for (const { path, value } of pins) console.log(`${path}  ${JSON.stringify(value).slice(0, 100)}`)
    return 0
  })
}

/** `pins set`. */
export function pinCommand(
  pipelineId: string,
  path: string,
  options: { from?: string; value?: string },
): Promise<number> {
  const { from, value } = options
  if ((from === undefined) === (value === undefined)) {
    throw new OrchestratorError('invalid-request', 'What is to be pinned comes from a run, or is given.', {
      fix: `Either --from RUN or --value '{"any": "JSON"}'`,
    })
  }
  const pinned = value === undefined ? { from: { runId: from!, path } } : { value: parseJsonOption('--value', value) }
  return withApi(async (api) => {
    await api.pins.set.mutate({ pipelineId, path, ...pinned })
    return 0
  })
}

/** `pins remove`. */
export function unpinCommand(pipelineId: string, path: string): Promise<number> {
  return withApi(async (api) => {
    await api.pins.remove.mutate({ pipelineId, path })
    return 0
  })
}

/** Makes a run, prints its id, and follows it to its end when asked to. */
function begin(options: FollowOptions, make: (api: Api) => Promise<{ runId: string }>): Promise<number> {
  return withApi(async (api) => {
    const { runId } = await make(api)
    if (!options.wait) {
      console.log(options.json ? JSON.stringify({ runId }) : runId)
      return 0
    }
    if (!options.json) console.log(runId)
    const status = await untilEnded(api, runId)
    await printRun(api, runId, options)
    return status === 'succeeded' ? 0 : 1
  })
}

/** Until the run has ended, or is paused and goes on only when somebody says so. */
async function untilEnded(api: Api, runId: string): Promise<RunStatus> {
  for (;;) {
    const { status } = await api.runs.get.query({ runId })
    if (final.includes(status) || status === 'paused') return status
    await wait(lookAgainMs)
  }
}

const inputsOf = (input: string[] | undefined): { inputs?: Record<string, string> } =>
  input && input.length > 0 ? { inputs: parseInputOptions(input) } : {}

function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw new OrchestratorError('invalid-request', `${name} ${text} is not a whole number.`)
}

function statusOf(text: string): RunStatus {
  const status = runStatuses.find((each) => each === text)
  if (status) return status
  throw new OrchestratorError('invalid-request', `"${text}" is no status of a run.`, {
    fix: `One of ${runStatuses.join(', ')}`,
  })
}
