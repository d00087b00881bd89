import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StoredValue } from '#pipeline/events.ts'
import { type EvaluateOptions, evaluateDeep } from '#pipeline/expressions/expressions.ts'
import type { StepEffects } from '#pipeline/manifest.ts'
import type { StepContext, StepDefinition } from '#server/steps/define-step.ts'
import type { Frame, NodeState } from './core/core.ts'
import type { RunHost } from './run-host.ts'
import { loadNames, type Names, referencedNames } from './step-scope.ts'
import { withField } from './with-field.ts'

/** What an attempt carries out: the step itself, or its fallback once nothing else is left to try. */
export interface StepToRun {
  definition: StepDefinition
  /** Settings as written. */
  settings: Record<string, JsonValue>
  effects: StepEffects
  /** Where the settings are in the document, for errors. */
  field: 'with' | 'fallback.with'
}

/** What the next attempt of a step carries out. */
export function stepToRun(host: Pick<RunHost, 'environment'>, { step, fallback }: NodeState): StepToRun {
  const definitionOf = (type: string): StepDefinition => host.environment.steps.get(type)!
  if (fallback && step.fallback) {
    const { type, with: settings, effects } = step.fallback
    return { definition: definitionOf(type), settings, effects, field: 'fallback.with' }
  }
  const { type, with: settings = {} } = step.step
  return { definition: definitionOf(type), settings, effects: step.effects, field: 'with' }
}

/** Settings with the names their expressions saw, and what came over the edges. */
export interface ResolvedSettings {
  config: Record<string, JsonValue>
  names: Names
  inputs: StepContext<never>['inputs']
}

/** Evaluates the settings of a step where it stands. Errors carry the field (`with.url`) and are not worth another try. */
export async function resolveSettings(host: RunHost, node: NodeState, toRun: StepToRun): Promise<ResolvedSettings> {
  const { settings, definition, field } = toRun
  try {
    const loaded = namesOf(host, node.frame, settings)
    const names = loaded instanceof Promise ? await loaded : loaded
    const inputs = await loadInputs(host, node)
    const options: EvaluateOptions = { now: host.state.startedAt }
    return { config: evaluateSettings(settings, names, definition.manifest.lazy, options, field), names, inputs }
  } catch (error) {
    throw unresolvable(error)
  }
}

/** The values of the names that texts of a value read, as a step of the frame sees them. */
export function namesOf(host: RunHost, frame: Frame, value: unknown): Names | Promise<Names> {
  return loadNames(host.state, host.task.runId, frame, referencedNames(value), host.environment.values)
}

/** Trying again would evaluate the same expressions over the same values. */
function unresolvable(error: unknown): unknown {
  if (!(error instanceof OrchestratorError)) return error
  const { code, message, ...place } = error.info
  return new OrchestratorError(code, message, { ...place, cause: error, retryable: false })
}

/** Settings with every expression evaluated but in lazy fields. */
function evaluateSettings(
  raw: Record<string, JsonValue>,
  names: Names,
  lazy: readonly string[],
  options: EvaluateOptions,
  place: string,
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
      throw withField(error, `${place}.${field}`)
    }
  }
  return resolved
}

/** A taken edge and the stored value behind it; none behind a stream, whose items come one after the other. */
export interface TakenEdge {
  step: string
  port: string
  stored: StoredValue | null
}

/** The taken edges into a step, in the order of `needs`. */
export function takenEdges({ frame, step, edges }: NodeState): TakenEdge[] {
  const taken: TakenEdge[] = []
  for (const [index, { from, port }] of step.edgesIn.entries()) {
    if (edges[index] !== true) continue
    const source = frame.nodes[from]!
    taken.push({ step: source.step.id, port, stored: port === 'stream' ? null : source.output })
  }
  return taken
}

async function loadInputs(host: RunHost, node: NodeState): Promise<StepContext<never>['inputs']> {
  const inputs: StepContext<never>['inputs'] = []
  for (const { step, port, stored } of takenEdges(node)) {
    const value = stored && host.environment.values.load(stored)
    inputs.push({ step, port, value: value instanceof Promise ? await value : value })
  }
  return inputs
}
