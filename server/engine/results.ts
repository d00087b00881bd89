import type { JsonValue } from '#pipeline/document.ts'
import type { StoredValue } from '#pipeline/events.ts'
import { evaluateDeep } from '#pipeline/expressions/expressions.ts'
import type { Frame } from './core/core.ts'
import type { RunHost } from './run-host.ts'
import { namesOf } from './step-settings.ts'
import { referencedNames } from './step-scope.ts'
import { toJson } from './to-json.ts'
import { withField } from './with-field.ts'

/** What the `result` of a map says of one finished item. */
export async function evaluateResult(host: RunHost, frame: Frame): Promise<StoredValue> {
  const template = frame.owner!.node.step.step.with?.['result'] ?? null
  const names = await namesOf(host, frame, template)
  try {
    return await host.environment.values.store(toJson(evaluateDeep(template, names, { now: host.state.startedAt })))
  } catch (error) {
    throw withField(error, 'with.result')
  }
}

/**
 * The outputs of the pipeline whose steps are in this frame: the run's own, or a called one. An output that reads a step that
 * a flow.stop kept from running is null, and so is any that fails in a run that was asked for some steps only; otherwise one that
 * fails is thrown with its field (`outputs.moods`).
 */
export async function pipelineOutputs(host: RunHost, frame: Frame): Promise<StoredValue> {
  const templates = frame.scope.document.outputs ?? {}
  const names = await namesOf(host, frame, templates)
  const outputs: Record<string, JsonValue> = {}
  for (const [name, template] of Object.entries(templates)) {
    try {
      outputs[name] = toJson(evaluateDeep(template, names, { now: host.state.startedAt }))
    } catch (error) {
      if (!host.task.until && !readsWhatWasStopped(frame, template)) throw withField(error, `outputs.${name}`)
      outputs[name] = null
    }
  }
  return host.environment.values.store(host.redactor.value(outputs))
}

function readsWhatWasStopped({ early, graph, nodes }: Frame, template: JsonValue): boolean {
  if (early === null) return false
  return referencedNames(template).some((name) => {
    const step = graph.byId.get(name)
    const status = step && nodes[step.index]!.status
    return status === 'skipped' || status === 'cancelled'
  })
}
