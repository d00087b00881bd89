import type { JsonValue } from '#pipeline/document.ts'
import type { RunEvent, StoredValue } from '#pipeline/events.ts'
import type { StepDefinition } from '#server/steps/define-step.ts'
import { type Command, type Frame, isOvertaken, lastOutput } from '../core/core.ts'
import type { RunHost } from '../run-host.ts'
import { stepErrorInfo } from '../step-result.ts'
import { evaluateResult, pipelineOutputs } from '../results.ts'
import { toJson } from '../to-json.ts'
import { containerContext } from './container-context.ts'

type ItemFinished = Omit<Extract<RunEvent, { type: 'item-finished' }>, 'type' | 'path'>

/** Works out what a body run of a container came to, and what follows: `item-finished`. */
export function finishBodyRun(host: RunHost, command: Extract<Command, { kind: 'finish-item' }>): void {
  const { frame } = command
  const { key: path, failure } = frame
  const finish = (ended: ItemFinished): void => {
    if (!host.halted && !isOvertaken(host.state, command)) host.emit({ type: 'item-finished', path, ...ended })
  }
  if (failure) return finish({ error: failure })
  const partly = partialResult(host, frame)
  if (partly) return finish(partly)
  const plain = plainResult(host, frame)
  if (plain) return finish({ output: plain })
  const release = host.hold()
  void resultOf(host, frame)
    .then(finish, (error: unknown) => finish({ error: host.redactor.error(stepErrorInfo(error, path)) }))
    .finally(release)
}

/** Of a run that was asked for steps in the body only: nobody needs the container, and a loop goes as far as that. */
function partialResult({ task: { until } }: RunHost, frame: Frame): ItemFinished | null {
  const { container, node, index } = frame.owner!
  if (!until?.endsInside(node.path)) return null
  if (container.kind !== 'loop') return { output: lastOutput(frame) }
  return until.needsTurnAfter(node.path, index) ? null : { output: lastOutput(frame) }
}

/** The result where nothing has to be worked out: most items of most maps. */
function plainResult(host: RunHost, frame: Frame): StoredValue | null {
  const { container, node } = frame.owner!
  if (container.kind === 'call' || container.kind === 'loop') return null
  if (container.kind === 'map' && (hasResult(frame) || stopsOf(host, node.step.step.type, node.step.step.with)))
    return null
  return frame.early ?? lastOutput(frame)
}

const hasResult = ({ early, owner }: Frame): boolean => {
  const template = owner!.node.step.step.with?.['result']
  return early === null && template !== undefined && template !== null && template !== ''
}

/** Whether the container asks something after each item. */
function stopsOf(host: RunHost, type: string, settings: Record<string, JsonValue> = {}): boolean {
  const definition = host.environment.steps.get(type)!
  return (
    definition.afterItem !== undefined &&
    definition.manifest.lazy.some((field) => field !== 'result' && field in settings)
  )
}

async function resultOf(host: RunHost, frame: Frame): Promise<ItemFinished> {
  const { values } = host.environment
  const { container, node } = frame.owner!
  if (container.kind === 'call') return { output: await pipelineOutputs(host, frame) }
  const output = hasResult(frame) ? await evaluateResult(host, frame) : (frame.early ?? lastOutput(frame))
  const definition = host.environment.steps.get(node.step.step.type)!
  const { type, with: settings } = node.step.step
  if (container.kind === 'map') {
    if (!stopsOf(host, type, settings)) return { output }
    const { stop } = await after(host, definition, frame, await values.load(output), null)
    return { output, ...(stop ? { stop } : {}) }
  }
  if (container.kind !== 'loop') return { output }
  const state = await values.load(container.state)
  const { state: next, again } = await after(host, definition, frame, await values.load(output), state)
  // A state that stays is not written down again.
  const changed = next !== undefined && next !== state
  return {
    output,
    ...(changed ? { state: await values.store(host.redactor.value(toJson(next))) } : {}),
    ...(again ? { again } : {}),
  }
}

async function after(
  host: RunHost,
  definition: StepDefinition,
  frame: Frame,
  output: JsonValue,
  state: JsonValue,
): Promise<{ state?: unknown; again?: boolean; stop?: boolean }> {
  const { node, index } = frame.owner!
  const context = await containerContext(host, node, definition, frame)
  return definition.afterItem?.(context, { index, output, failed: false, state, broke: frame.early !== null }) ?? {}
}
