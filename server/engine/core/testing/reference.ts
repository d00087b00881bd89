import type { JsonValue, PipelineDocument, Step } from '#pipeline/document.ts'
import { deepestCall } from './made-up-steps.ts'
import { raceLosers, runsAfter } from './reference-joins.ts'
import type { World } from './world.ts'

/** What the reference says of one path. */
export interface ReferenceStep {
  status: 'succeeded' | 'failed' | 'skipped' | 'cancelled'
  output: JsonValue
}

/** What the reference says of a run. Where the order of things decides, it is silent: those paths are not in `seen`. */
export interface ReferenceRun {
  status: 'succeeded' | 'failed'
  output: JsonValue
  seen: Map<string, ReferenceStep>
}

type Leaving = 'break' | 'stop'

interface StepOutcome extends ReferenceStep {
  /** Null: every port (a disabled step). */
  ports: readonly string[] | null
  handled: boolean
  /** It ends what is around it, and a broken body run gives `early`. */
  leaves?: Leaving | undefined
  early?: JsonValue | undefined
}

interface GraphOutcome {
  ending: 'done' | 'failed' | Leaving
  /** The output of its last step. */
  result: JsonValue
  early: JsonValue
}

interface Around {
  world: World
  calls: ReadonlyMap<string, PipelineDocument>
  depth: number
  seen: Map<string, ReferenceStep>
}

/**
 * The semantics of runs written down a second time, as simply as can be: one step after the other in document order, which in
 * these tests is an order in which every step comes after those it needs.
 */
export function interpret(
  document: PipelineDocument,
  calls: ReadonlyMap<string, PipelineDocument>,
  world: World,
): ReferenceRun {
  const seen = new Map<string, ReferenceStep>()
  const { ending, result } = interpretGraph(document.steps, '', { world, calls, depth: 0, seen })
  return { status: ending === 'failed' ? 'failed' : 'succeeded', output: ending === 'failed' ? null : result, seen }
}

const skipped: StepOutcome = { status: 'skipped', output: null, ports: [], handled: false }

const sourceOf = (need: string): string => need.split('.')[0]!

/** Whether every step needs just the one before it, and its end: then nothing is left to chance. */
function isChain(steps: readonly Step[]): boolean {
  return steps.every((step, index) => {
    const needs = step.needs ?? []
    if (needs.some((need) => need.endsWith('.stream'))) return false
    return index === 0 ? needs.length === 0 : needs.length === 1 && sourceOf(needs[0]!) === steps[index - 1]!.id
  })
}

function interpretGraph(steps: readonly Step[], prefix: string, around: Around): GraphOutcome {
  const outcomes = new Map<string, StepOutcome>()
  const inside = new Map<string, ReferenceStep>()
  const chain = isChain(steps)
  let ending: GraphOutcome['ending'] = 'done'
  let early: JsonValue = null
  for (const step of steps) {
    const outcome: StepOutcome =
      chain && ending !== 'done'
        ? skipped
        : interpretStep(step, prefix + step.id, steps, prefix, outcomes, { ...around, seen: inside })
    outcomes.set(step.id, outcome)
    inside.set(prefix + step.id, { status: outcome.status, output: outcome.output })
    if (outcome.leaves) {
      ending = outcome.leaves
      early = outcome.early ?? null
    } else if (outcome.status === 'failed' && !outcome.handled) ending = 'failed'
  }
  if (ending === 'done' || chain) copyCertain(steps, prefix, inside, around.seen)
  const followed = new Set(steps.flatMap((step) => (step.needs ?? []).map(sourceOf)))
  const last = steps.findLast(({ id }) => !followed.has(id) && outcomes.get(id)!.status === 'succeeded')
  return { ending, result: last ? outcomes.get(last.id)!.output : null, early }
}

/** Who loses a race is chance, and so is what has become of those by then. */
function copyCertain(
  steps: readonly Step[],
  prefix: string,
  inside: ReadonlyMap<string, ReferenceStep>,
  seen: Map<string, ReferenceStep>,
): void {
  const losers = steps.flatMap((step) =>
    step.type === 'merge' && step.with?.['mode'] === 'race' ? [...raceLosers(steps, step.id)] : [],
  )
  for (const [path, step] of inside) {
    const isChance = losers.some((id) => {
      const loser = prefix + id
      return path === loser || path.startsWith(`${loser}.`) || path.startsWith(`${loser}[`)
    })
    if (!isChance) seen.set(path, step)
  }
}

function interpretStep(
  step: Step,
  path: string,
  siblings: readonly Step[],
  prefix: string,
  before: ReadonlyMap<string, StepOutcome>,
  around: Around,
): StepOutcome {
  const isTaken = (need: string): boolean => {
    const [id, port = 'out'] = need.split('.') as [string, string?]
    const { ports, status } = before.get(id)!
    const type = siblings.find((sibling) => sibling.id === id)!.type
    if (ports !== null && type === 'source' && port === 'stream') {
      return status === 'succeeded' || (status === 'failed' && around.world.fateOf(prefix + id).items > 0)
    }
    return ports === null || ports.includes(port)
  }
  const needs = step.needs ?? []
  const taken = needs.filter(isTaken)
  if (!runsAfter(step, taken.length, needs.length)) return skipped
  if (step.disabled) return { ...skipped, ports: null }
  if (around.world.fateOf(path).failures >= (step.retry?.attempts ?? 1)) return failure(step)
  switch (step.type) {
    case 'map':
      return interpretMap(step, path, prefix, before, around)
    case 'loop':
      return interpretLoop(step, path, around)
    case 'try':
      return interpretTry(step, path, around)
    case 'call':
      return interpretCall(step, path, around)
    case 'catch':
    case 'finally': {
      const { ending, result, early } = interpretGraph(step.steps ?? [], `${path}.`, around)
      if (ending === 'failed') return failure(step)
      if (ending === 'done') return success(result)
      // What is ended from inside a finally is still a finally that ran.
      const left: StepOutcome = step.type === 'finally' ? success(result) : { ...skipped, status: 'cancelled' }
      return { ...left, leaves: ending, early }
    }
    default:
      return interpretPlain(step, path, taken.map(sourceOf), around)
  }
}

const success = (output: JsonValue, ports: readonly string[] = ['out']): StepOutcome => ({
  status: 'succeeded',
  output,
  ports,
  handled: false,
})

function interpretPlain(step: Step, path: string, from: readonly string[], { world }: Around): StepOutcome {
  const mode = String(step.with?.['mode'] ?? 'any')
  const isChance = step.type === 'merge' && mode !== 'any' && mode !== 'all'
  const output = `${world.nameOf(path)}(${isChance ? mode : from.join(',')})`
  const outcome = success(output, step.type === 'branch' ? [world.fateOf(path).port] : ['out'])
  if (step.type === 'break') return { ...outcome, leaves: 'break', early: output }
  if (step.type === 'stop') return { ...outcome, leaves: 'stop', early: output }
  return outcome
}

function interpretMap(
  step: Step,
  path: string,
  prefix: string,
  before: ReadonlyMap<string, StepOutcome>,
  around: Around,
): StepOutcome {
  const settings = step.with ?? {}
  const fate = around.world.fateOf(path)
  let count = fate.items
  if (settings['stream']) {
    const producer = sourceOf(step.needs!.find((need) => need.endsWith('.stream'))!)
    count = before.get(producer)!.ports === null ? 0 : around.world.fateOf(prefix + producer).items
  }
  const batch = Number(settings['batch'])
  const inside = new Map<string, ReferenceStep>()
  const items: JsonValue[] = []
  const failed: number[] = []
  for (let index = 0; index * batch < count; index += 1) {
    const given = Array.from({ length: Math.min(batch, count - index * batch) }, (_, place) => index * batch + place)
    const item = interpretGraph(step.steps ?? [], `${path}[${index}].`, { ...around, seen: inside })
    if (item.ending === 'stop') {
      for (const [inner, outcome] of inside) around.seen.set(inner, outcome)
      return { ...skipped, status: 'cancelled', leaves: 'stop' }
    }
    if (item.ending === 'failed') failed.push(index)
    items.push(item.ending === 'failed' ? null : [given, item.ending === 'break' ? item.early : item.result])
    if (item.ending === 'failed' && settings['item_errors'] === 'fail') {
      // What the other items have come to by then is chance, unless they come one by one.
      if ((settings['concurrency'] ?? fate.concurrency) !== 1) return failure(step)
      for (const [inner, outcome] of inside) around.seen.set(inner, outcome)
      return failure(step)
    }
    if (item.ending === 'break' || (item.ending === 'done' && settings['stop_after'] === index)) break
  }
  for (const [inner, outcome] of inside) around.seen.set(inner, outcome)
  if (items.length > 0 && failed.length === items.length) return failure(step)
  return success({ items, failed: failed.length, indexes: failed, finished: items.length })
}

function interpretLoop(step: Step, path: string, around: Around): StepOutcome {
  const { items: wanted } = around.world.fateOf(path)
  let state = ''
  let turns = 0
  let output: JsonValue = null
  for (; turns < wanted; turns += 1) {
    if (turns >= Number(step.with!['limit'])) return failure(step)
    const turn = interpretGraph(step.steps ?? [], `${path}[${turns}].`, around)
    if (turn.ending === 'failed') return failure(step)
    if (turn.ending === 'stop') return { ...skipped, status: 'cancelled', leaves: 'stop' }
    if (turn.ending === 'break') return success({ state, turns: turns + 1, output: turn.early })
    output = turn.result
    state += String(turns)
  }
  return success({ state, turns, output })
}

function interpretTry(step: Step, path: string, around: Around): StepOutcome {
  const all = step.steps ?? []
  const handler = all.find(({ type }) => type === 'catch')
  const cleanup = all.find(({ type }) => type === 'finally')
  const main = all.filter((each) => each !== handler && each !== cleanup)
  let { ending, result, early } = interpretGraph(main, `${path}.`, around)
  const carryOut = (part: Step): StepOutcome => {
    const outcome = interpretStep(part, `${path}.${part.id}`, all, `${path}.`, new Map(), around)
    around.seen.set(`${path}.${part.id}`, { status: outcome.status, output: outcome.output })
    return outcome
  }
  let how = 'succeeded'
  if (handler && ending === 'failed' && !handler.disabled) {
    how = 'caught'
    const caught = carryOut(handler)
    ending = caught.leaves ?? (caught.status === 'failed' ? 'failed' : 'done')
    result = caught.output
    early = caught.early ?? null
  } else if (handler) around.seen.set(`${path}.${handler.id}`, { status: 'skipped', output: null })
  if (cleanup) {
    const cleaned = carryOut(cleanup)
    if (cleaned.leaves) {
      if (ending !== 'stop') ending = cleaned.leaves
      early = cleaned.early ?? null
    } else if (cleaned.status === 'failed' && ending === 'done') ending = 'failed'
  }
  if (ending === 'done') return success(result, ['out', how])
  return ending === 'failed' ? failure(step) : { ...skipped, status: 'cancelled', leaves: ending, early }
}

function interpretCall(step: Step, path: string, around: Around): StepOutcome {
  if (around.depth >= deepestCall) return failure(step)
  const { steps } = around.calls.get(`${String(step.with!['pipeline'])}@latest`)!
  const { ending, result } = interpretGraph(steps, `${path}.`, { ...around, depth: around.depth + 1 })
  return ending === 'failed' ? failure(step) : success(result)
}

function failure(step: Step): StepOutcome {
  const handled = step.on_error === 'continue' || step.on_error === 'port'
  const ports = step.on_error === 'continue' ? ['out'] : step.on_error === 'port' ? ['error'] : []
  return { status: 'failed', output: null, ports, handled }
}
