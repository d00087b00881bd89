import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StoredValue } from '#pipeline/events.ts'
import { type EvaluateOptions, evaluateDeep } from '#pipeline/expressions/expressions.ts'
import type { ModelUsage, StepContext, StepDefinition } from '#server/steps/define-step.ts'
import type { Attempt } from './attempt.ts'
import type { Frame, NodeState, RunState } from './core/core.ts'
import type { ExecutorEnvironment, RunTask } from './executor-types.ts'
import type { Redactor } from './redactor.ts'
import { shortenValue } from './shorten-value.ts'
import { createStepContext } from './step-context.ts'
import { stepCacheKey } from './step-cache.ts'
import { withField } from './with-field.ts'
import { parseConfig, readStepResult } from './step-result.ts'
import { loadNames, type Names, referencedNames } from './step-scope.ts'

/** How an attempt came out when nothing was thrown. */
export type StepOutcome =
  | { kind: 'output'; output: StoredValue; ports: string[]; cached: boolean; usage: ModelUsage[] }
  | { kind: 'expand'; items: StoredValue; count: number; concurrency: number }
  | { kind: 'abandoned' }

/** What `runStep` needs beside the attempt. */
export interface StepRun {
  task: RunTask
  environment: ExecutorEnvironment
  state: RunState
  redactor: Redactor
  /** Says that settings are resolved and the attempt begins. */
  onStarted(inputs: JsonValue | undefined): void
  /** Resolves when every event so far is durable. */
  durable(): Promise<void>
}

/** Resolves settings, obeys the commit rule, asks the cache, runs the step's code and stores its output. Throws what the step throws. */
export async function runStep(run: StepRun, attempt: Attempt): Promise<StepOutcome> {
  const { task, environment, state } = run
  const { node } = attempt
  const definition = environment.steps.get(node.step.step.type)!
  const evaluateOptions: EvaluateOptions = { now: state.startedAt }
  const { config, names, inputs } = await resolve(run, attempt, definition, evaluateOptions)
  if (attempt.over) return { kind: 'abandoned' }

  // The commit rule: what can be seen from outside begins only when nothing it rests on can be lost.
  // What is sent out then may come back, so the secrets in it are known before.
  if (node.step.effects !== 'pure') await Promise.all([run.durable(), run.redactor.learn(task.services.secrets)])
  if (attempt.over) return { kind: 'abandoned' }

  const key = cacheKeyOf(run, node, definition, config, names)
  const cached = key === null ? undefined : await environment.cache.read(task.workspaceId, key)
  if (cached) return { kind: 'output', ...cached, cached: true, usage: [] }
  if (attempt.over) return { kind: 'abandoned' }

  const usage: ModelUsage[] = []
  attempt.beganAt = performance.now()
  const returned = definition.execute(
    createStepContext({
      attempt,
      config: parseConfig(definition, config),
      inputs,
      names,
      evaluateOptions,
      services: task.services,
      redactor: run.redactor,
      onDelta: (delta) => task.onDelta(node.path, attempt.number, delta),
      onUsage: (used) => usage.push(used),
    }),
  )
  const result = readStepResult(definition, returned instanceof Promise ? await returned : returned)
  if (attempt.over) return { kind: 'abandoned' }
  const { durationMs } = attempt
  if (result.kind === 'expand') return expand(run, definition, result)
  const output = await environment.values.store(run.redactor.value(result.value))
  const { ports } = result
  if (node.step.cache) {
    environment.cache.write(task.workspaceId, definition.manifest.type, key, durationMs, { output, ports })
  }
  return { kind: 'output', output, ports, cached: false, usage }
}

async function expand(
  run: StepRun,
  definition: StepDefinition,
  result: { items: JsonValue[]; concurrency: number },
): Promise<StepOutcome> {
  if (!definition.manifest.container) {
    throw new OrchestratorError('internal', `${definition.manifest.type} is no container, but expanded items`)
  }
  const items = await run.environment.values.store(run.redactor.value(result.items))
  return { kind: 'expand', items, count: result.items.length, concurrency: result.concurrency }
}

interface Resolved {
  config: unknown
  names: Names
  inputs: StepContext<never>['inputs']
}

async function resolve(
  run: StepRun,
  attempt: Attempt,
  definition: StepDefinition,
  options: EvaluateOptions,
): Promise<Resolved> {
  const { node } = attempt
  const raw = node.step.step.with ?? {}
  try {
    const loaded = loadNames(run.state, run.task.runId, node.frame, referencedNames(raw), run.environment.values)
    const names = loaded instanceof Promise ? await loaded : loaded
    const inputs = await loadInputs(run, node)
    const config = resolveConfig(raw, names, definition.manifest.lazy, options)
    if (!attempt.over) run.onStarted(run.redactor.value(shortenValue(config, 4_000)))
    return { config, names, inputs }
  } catch (error) {
    if (!attempt.over) run.onStarted(undefined)
    throw unresolvable(error)
  }
}

/** Trying again would evaluate the same expressions over the same values. */
function unresolvable(error: unknown): unknown {
  if (!(error instanceof OrchestratorError)) return error
  const { code, message, ...place } = error.info
  return new OrchestratorError(code, message, { ...place, cause: error, retryable: false })
}

/** Settings with every expression evaluated but in lazy fields. Errors carry the field, `with.url`. */
function resolveConfig(
  raw: Record<string, JsonValue>,
  names: Names,
  lazy: readonly string[],
  options: EvaluateOptions,
): Record<string, JsonValue> {
  const resolved: Record<string, JsonValue> = {}
  for (const [field, value] of Object.entries(raw)) {
    if (lazy.includes(field)) {
      resolved[field] = value
      continue
    }
    try {
      resolved[field] = evaluateDeep(value, names, options) as JsonValue
    } catch (error) {
      throw withField(error, `with.${field}`)
    }
  }
  return resolved
}

/** The stored values behind the taken edges, in the order of `needs`. */
function takenEdges(frame: Frame, node: NodeState): { step: string; port: string; stored: StoredValue | null }[] {
  const taken: { step: string; port: string; stored: StoredValue | null }[] = []
  for (const [index, edge] of node.step.edgesIn.entries()) {
    if (node.edges[index] !== true) continue
    const source = frame.nodes[edge.from]!
    taken.push({ step: source.step.id, port: edge.port, stored: source.output })
  }
  return taken
}

async function loadInputs(run: StepRun, node: NodeState): Promise<StepContext<never>['inputs']> {
  const inputs: StepContext<never>['inputs'] = []
  for (const { step, port, stored } of takenEdges(node.frame, node)) {
    const value = stored && run.environment.values.load(stored)
    inputs.push({ step, port, value: value instanceof Promise ? await value : value })
  }
  return inputs
}

function cacheKeyOf(
  run: StepRun,
  node: NodeState,
  definition: StepDefinition,
  config: unknown,
  names: Names,
): string | null {
  const { manifest } = definition
  if (!node.step.cache || manifest.container || !run.environment.cache.pays(manifest.type)) return null
  const raw = JSON.stringify(node.step.step.with ?? {})
  // `now` is the one thing an expression can read that is not in its names.
  if (/\bnow\b/.test(raw)) return null
  return stepCacheKey({
    type: manifest.type,
    version: manifest.version,
    config: config as JsonValue,
    names: manifest.lazy.length > 0 ? (names as Record<string, JsonValue>) : undefined,
    inputs: takenEdges(node.frame, node).map(({ step, port, stored }) => ({
      step,
      port,
      value: stored && ('blob' in stored ? stored.blob : stored.value),
    })),
  })
}
