import type { StepContext, StepDefinition } from '#server/steps/define-step.ts'
import { Attempt } from '../attempt.ts'
import type { ContainerState, Frame, NodeState } from '../core/core.ts'
import type { RunHost } from '../run-host.ts'
import { createStepContext } from '../step-context.ts'
import { parseConfig } from '../step-result.ts'
import { namesOf, resolveSettings, stepToRun } from '../step-settings.ts'

type Context = StepContext<never>
type Settled = Pick<Context, 'config' | 'inputs'>

// Settings of a container at work stay as they were when it began: after a crash they come out the same again.
const settled = new WeakMap<ContainerState, Settled | Promise<Settled>>()

/** The context of the hooks of a container: its settings, and names as the steps of `frame` see them. */
export async function containerContext(
  host: RunHost,
  node: NodeState,
  definition: StepDefinition,
  frame: Frame,
): Promise<Context> {
  const known = settled.get(node.container!) ?? settle(host, node)
  const { config, inputs } = known instanceof Promise ? await known : known
  const lazy = definition.manifest.lazy.map((field) => node.step.step.with?.[field])
  const names = await namesOf(host, frame, lazy)
  return createStepContext({
    attempt: new Attempt(node, node.attempt),
    config,
    inputs,
    names,
    evaluateOptions: { now: host.state.startedAt },
    services: host.task.services,
    redactor: host.redactor,
    onDelta: () => {},
    onUsage: () => {},
  })
}

async function settle(host: RunHost, node: NodeState): Promise<Settled> {
  const container = node.container!
  const settling = (async () => {
    const toRun = stepToRun(host, node)
    const { config, inputs } = await resolveSettings(host, node, toRun)
    return { config: parseConfig(toRun.definition, config, toRun.field) as never, inputs }
  })()
  settled.set(container, settling)
  settling.then(
    (result) => settled.set(container, result),
    () => settled.delete(container),
  )
  return settling
}
