import type { JsonValue } from '#pipeline/document.ts'
import type { RunEvent } from '#pipeline/events.ts'
import { type BodyState, type Command, isOvertaken, type LoopState, type NodeState } from '../core/core.ts'
import type { RunHost } from '../run-host.ts'
import { partOutputOf } from '../spread/part-output.ts'
import { readStepResult } from '../step-result.ts'
import { collectItems } from './collect-items.ts'
import { containerContext } from './container-context.ts'

/** Works out the output of a container whose body is through: `step-succeeded`, or its failure. */
export function collectContainer(host: RunHost, command: Extract<Command, { kind: 'collect' }>): void {
  const { node } = command
  const release = host.hold()
  const durationMs = (): number => Math.max(0, host.environment.now() - node.startedAt)
  const isCurrent = (): boolean => !host.halted && !isOvertaken(host.state, command)
  void succeeded(host, node)
    .then(
      (event) => {
        if (isCurrent()) host.emit({ ...event, durationMs: durationMs() })
      },
      (error: unknown) => {
        if (isCurrent()) host.failStep(node, node.attempt, error, durationMs())
      },
    )
    .finally(release)
}

type Succeeded = Extract<RunEvent, { type: 'step-succeeded' }>

async function succeeded(host: RunHost, node: NodeState): Promise<Omit<Succeeded, 'durationMs'>> {
  const { values } = host.environment
  const { path, attempt } = node
  const container = node.container!
  const event = { type: 'step-succeeded', path, attempt } as const
  if (container.kind === 'map' && host.state.part?.path === path) {
    return { ...event, output: await values.store(await partOutputOf(container, values)), ports: ['out'] }
  }
  if (container.kind === 'map') {
    return { ...event, output: await values.store(await collectItems(container, values)), ports: ['out'] }
  }
  const { value, ports } = await finished(host, node, container)
  return { ...event, output: await values.store(host.redactor.value(value)), ports }
}

async function finished(
  host: RunHost,
  node: NodeState,
  container: LoopState | BodyState,
): Promise<{ value: JsonValue; ports: string[] }> {
  const { values, steps } = host.environment
  const definition = steps.get(node.step.step.type)!
  const output = container.output ? await values.load(container.output) : null
  if (!definition.finish) return { value: output, ports: ['out'] }
  const isLoop = container.kind === 'loop'
  const returned = definition.finish(await containerContext(host, node, definition, node.frame), {
    output,
    state: isLoop ? await values.load(container.state) : null,
    turns: isLoop ? container.turns : 1,
    error: isLoop ? null : container.caught,
  })
  const result = readStepResult(definition, returned)
  return result.kind === 'output' ? result : { value: output, ports: ['out'] }
}
