import type { JsonValue } from '#pipeline/document.ts'
import { type ErrorInfo, OrchestratorError } from '#pipeline/errors.ts'
import type { StoredValue } from '#pipeline/events.ts'
import { evaluateDeep } from '#pipeline/expressions/expressions.ts'
import { type Frame, lastOutput, type MapState, type RunState } from './core/core.ts'
import type { Redactor } from './redactor.ts'
import { loadNames, referencedNames } from './step-scope.ts'
import { toJson } from './to-json.ts'
import { withField } from './with-field.ts'
import type { ValueStore } from './value-store.ts'

/** The result of one finished item: what `with.result` says, else the output of the last step that ended a way through the body. */
export async function itemResult(
  state: RunState,
  runId: string,
  frame: Frame,
  values: ValueStore,
): Promise<StoredValue> {
  const container = frame.owner!.node.step.step
  const template = container.with?.['result']
  if (template === undefined || template === null || template === '') return lastOutput(frame)
  const names = await loadNames(state, runId, frame, referencedNames({ template }), values)
  try {
    return await values.store(toJson(evaluateDeep(template, names, { now: state.startedAt })))
  } catch (error) {
    throw withField(error, 'with.result')
  }
}

/** The output of a container whose items have all finished. Throws `step-failed` when every one failed. */
export async function collectItems(map: MapState, values: ValueStore): Promise<JsonValue> {
  if (map.count > 0 && map.failed === map.count) {
    const first = map.errors[0]!
    throw new OrchestratorError(
      'step-failed',
      `${map.count === 1 ? 'the only item' : `all ${map.count} items`} failed; item ${first.index}: ${first.message}`,
      { details: { failed: map.failed, first: { ...first } } },
    )
  }
  const items: JsonValue[] = []
  for (const stored of map.outputs) {
    const value = stored && values.load(stored)
    items.push(value instanceof Promise ? await value : value)
  }
  const errors = map.errors.toSorted((a, b) => a.index - b.index).map((error) => ({ ...error }))
  return { items, errors, failed: map.failed }
}

/** The run's outputs; throws with the field (`outputs.moods`) of an expression that fails. */
export async function runOutputs(
  state: RunState,
  runId: string,
  values: ValueStore,
  redactor: Redactor,
): Promise<StoredValue> {
  const templates = state.plan.document.outputs ?? {}
  const names = await loadNames(state, runId, state.root, referencedNames(templates), values)
  const outputs: Record<string, JsonValue> = {}
  for (const [name, template] of Object.entries(templates)) {
    try {
      outputs[name] = toJson(evaluateDeep(template, names, { now: state.startedAt }))
    } catch (error) {
      throw withField(error, `outputs.${name}`)
    }
  }
  return values.store(redactor.value(outputs))
}

/** Why the run failed, from the step that failed it. */
export function runError(state: RunState): ErrorInfo {
  return state.root.failure ?? { code: 'internal', message: 'the run failed without a failing step' }
}
