import type { JsonValue, Step } from '#pipeline/document.ts'
import { outputOf, type World } from './simulation.ts'

/** What the reference says of one path. Paths inside a graph that failed are left out: there it depends on the order of things. */
export interface ReferenceStep {
  status: 'succeeded' | 'failed' | 'skipped'
  output: JsonValue
}

interface Outcome extends ReferenceStep {
  /** Null: every port (a disabled step). */
  ports: readonly string[] | null
  handled: boolean
}

interface GraphOutcome {
  failed: boolean
  /** The output of its last step, where a container has no other result. */
  result: JsonValue
}

/**
 * The semantics of runs written down a second time, as simply as can be: one step after the other in document order, which in
 * these tests is an order in which every step comes after those it needs.
 */
export function interpret(steps: readonly Step[], world: World): { failed: boolean; seen: Map<string, ReferenceStep> } {
  const seen = new Map<string, ReferenceStep>()
  const { failed } = interpretGraph(steps, '', world, seen)
  return { failed, seen }
}

function interpretGraph(
  steps: readonly Step[],
  prefix: string,
  world: World,
  seen: Map<string, ReferenceStep>,
): GraphOutcome {
  const outcomes = new Map<string, Outcome>()
  const inside = new Map<string, ReferenceStep>()
  for (const step of steps) {
    const outcome = interpretStep(step, prefix + step.id, outcomes, world, inside)
    outcomes.set(step.id, outcome)
    inside.set(prefix + step.id, { status: outcome.status, output: outcome.output })
  }
  const failed = [...outcomes.values()].some(({ status, handled }) => status === 'failed' && !handled)
  if (!failed) for (const [path, step] of inside) seen.set(path, step)
  const followed = new Set(steps.flatMap((step) => (step.needs ?? []).map((need) => need.split('.')[0]!)))
  const last = steps.findLast(({ id }) => !followed.has(id) && outcomes.get(id)!.status === 'succeeded')
  return { failed, result: last ? outcomes.get(last.id)!.output : null }
}

function interpretStep(
  step: Step,
  path: string,
  before: ReadonlyMap<string, Outcome>,
  world: World,
  seen: Map<string, ReferenceStep>,
): Outcome {
  const skipped: Outcome = { status: 'skipped', output: null, ports: [], handled: false }
  const taken = (step.needs ?? []).filter((need) => {
    const [id, port = 'out'] = need.split('.')
    const { ports } = before.get(id!)!
    return ports === null || ports.includes(port)
  })
  const needed = step.needs?.length ?? 0
  const runs = step.type === 'merge' && needed > 0 ? taken.length > 0 : taken.length === needed
  if (!runs) return skipped
  if (step.disabled) return { ...skipped, ports: null }
  const fate = world.fateOf(path)
  const attempts = step.retry?.attempts ?? 1
  if (fate.failures >= attempts) return failure(step)
  if (step.type !== 'map') {
    const output = outputOf(
      path,
      taken.map((need) => need.split('.')[0]!),
    )
    return { status: 'succeeded', output, ports: step.type === 'branch' ? fate.ports : ['out'], handled: false }
  }
  const items: JsonValue[] = []
  const failed: number[] = []
  for (let index = 0; index < fate.items; index += 1) {
    const item = interpretGraph(step.steps ?? [], `${path}[${index}].`, world, seen)
    if (item.failed) failed.push(index)
    items.push(item.failed ? null : item.result)
  }
  if (items.length > 0 && failed.length === items.length) return failure(step)
  return { status: 'succeeded', output: { items, failed }, ports: ['out'], handled: false }
}

function failure(step: Step): Outcome {
  const handled = step.on_error === 'continue' || step.on_error === 'port'
  const ports = step.on_error === 'continue' ? ['out'] : step.on_error === 'port' ? ['error'] : []
  return { status: 'failed', output: null, ports, handled }
}
