import { resolveInputs } from '#pipeline/check-inputs.ts'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { RunEvent } from '#pipeline/events.ts'
import type { NodeState } from '../core/core.ts'
import type { RunHost } from '../run-host.ts'
import type { StepResult } from '../step-result.ts'

/** How deep pipelines may call each other. */
const deepestCall = 20

/** The event that sets the body of a container to work. Throws `internal` for a step that has none. */
export async function enterContainer(
  host: RunHost,
  node: NodeState,
  result: Extract<StepResult, { kind: 'expand' | 'loop' | 'body' }>,
): Promise<RunEvent> {
  const { path, step } = node
  const { values } = host.environment
  if (!step.container) {
    throw new OrchestratorError('internal', `${step.step.type} is no container, but entered its body`)
  }
  if (result.kind === 'expand') return expand(host, node, result)
  if (result.kind === 'loop') {
    const state = await values.store(host.redactor.value(result.state))
    return { type: 'loop-entered', path, state, limit: result.limit }
  }
  if (step.container !== 'call') return { type: 'body-entered', path }
  return { type: 'body-entered', path, inputs: host.redactor.value(callInputs(host, node, result.inputs ?? {})) }
}

async function expand(
  host: RunHost,
  node: NodeState,
  { items, options }: Extract<StepResult, { kind: 'expand' }>,
): Promise<RunEvent> {
  const { concurrency, batch, itemErrors, keep } = options
  const how = {
    concurrency,
    ...(batch === undefined ? {} : { batch }),
    ...(itemErrors === undefined || itemErrors === 'collect' ? {} : { itemErrors }),
    ...(keep === false ? { keep } : {}),
  }
  const { path } = node
  if (items === 'stream') {
    return { type: 'map-expanded', path, items: { value: [] }, count: 0, ...how, stream: streamInto(node) }
  }
  const stored = await host.environment.values.store(host.redactor.value(items))
  const partSize = (await host.environment.parts?.sizeOf(host, node, items.length, options)) ?? null
  return {
    ...{ type: 'map-expanded', path, items: stored, count: items.length, ...how },
    ...(partSize === null ? {} : { partSize }),
  }
}

/** Path of the step whose stream comes in. */
function streamInto({ frame, step, edges }: NodeState): string {
  const index = step.edgesIn.findIndex(({ port }, edge) => port === 'stream' && edges[edge] === true)
  if (index >= 0) return frame.nodes[step.edgesIn[index]!.from]!.path
  throw new OrchestratorError('internal', 'there is no stream to take items from')
}

/** The inputs of a called pipeline, as it declares them. */
function callInputs(
  host: RunHost,
  { step, frame }: NodeState,
  given: Record<string, JsonValue>,
): Record<string, JsonValue> {
  const called = step.call === null ? undefined : host.state.plan.calls.get(step.call)
  if (!called) {
    throw new OrchestratorError('unknown-reference', `the pipeline "${step.call}" is not part of this run`, {
      field: 'with.pipeline',
      retryable: false,
    })
  }
  if (frame.scope.depth >= deepestCall) {
    throw new OrchestratorError('call-depth', `pipelines call each other more than ${deepestCall} deep`, {
      field: 'with.pipeline',
      fix: 'Let the recursion end earlier, or use flow.loop.',
      details: { pipeline: called.document.name, depth: frame.scope.depth },
      retryable: false,
    })
  }
  const { values, problems } = resolveInputs(called.document, given)
  const [problem] = problems
  if (!problem) return values
  const { code, message, field } = problem
  throw new OrchestratorError(code, `"${called.document.name}" cannot be called: ${message}`, {
    field: field ? `with.${field}` : 'with.inputs',
    retryable: false,
  })
}
