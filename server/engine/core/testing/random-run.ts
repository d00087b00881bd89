import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { compile } from '../compile.ts'
import type { Plan } from '../plan.ts'
import { testManifests } from './manifests.ts'
import { hashOf, Random } from './random.ts'
import { raceLosers } from './reference-joins.ts'

/** A pipeline to run, with those it calls by their keys. */
export interface RandomRun {
  document: PipelineDocument
  calls: Map<string, PipelineDocument>
  plan: Plan
}

/**
 * Where steps stand. In a chain every step needs the one before, and so in everything around it: only there it is certain what
 * has run when a break or stop comes.
 */
interface Place {
  depth: number
  prefix: string
  chain: boolean
  mayBreak: boolean
  mayStop: boolean
}

/** A pipeline of about this many steps, nested in every way; the same for the same seed. */
export function randomRun(seed: number, size: number): RandomRun {
  const generator = new Generator(new Random(hashOf(seed, 'pipeline')), size)
  const document = generator.document('main', 0)
  const calls = new Map<string, PipelineDocument>()
  for (const name of ['first', 'second']) calls.set(`${name}@latest`, generator.document(name, 1))
  return { document, calls, plan: compile(document, testManifests, calls) }
}

class Generator {
  readonly #random: Random
  #left: number

  constructor(random: Random, size: number) {
    this.#random = random
    this.#left = size
  }

  document(name: string, depth: number): PipelineDocument {
    this.#left = Math.max(this.#left, 3)
    const chain = this.#random.once(3)
    const steps = this.#steps({ depth, prefix: name[0]!, chain, mayBreak: false, mayStop: chain })
    return { orchestrator: 1, name, steps }
  }

  #steps(place: Place): Step[] {
    const random = this.#random
    const steps: Step[] = []
    const wanted = place.depth === 0 ? 2 + random.below(7) : random.once(8) ? 0 : 1 + random.below(4)
    while (steps.length < wanted && this.#left > 0) this.#add(steps, place)
    if (!place.chain) this.#tameRaces(steps)
    return steps
  }

  #add(steps: Step[], place: Place): void {
    this.#left -= 1
    const random = this.#random
    const type = random.pick(typesAt(place))
    const step: Step = {
      id: `${place.prefix}${steps.length}`,
      type,
      retry: { attempts: 1 + random.below(3), backoff: 'fixed', delay: '0ms', jitter: false },
    }
    const onError = random.pick(place.depth > 0 ? (['fail', 'continue', undefined] as const) : policies)
    if (onError) step.on_error = onError
    if (random.once(20)) step.disabled = true
    if (place.chain) step.needs = this.#chained(steps)
    else step.needs = type === 'merge' ? this.#mergedEdges(steps) : this.#edges(steps)
    this.#complete(step, place)
    steps.push(step)
    if (type === 'source' && place.depth < 3 && this.#left > 0) this.#addReader(steps, step, place)
  }

  /** A map of what the step yields. */
  #addReader(steps: Step[], source: Step, place: Place): void {
    this.#left -= 1
    const random = this.#random
    const id = `${place.prefix}${steps.length}`
    const inner = { ...place, depth: place.depth + 1, prefix: `${id}_` }
    const others = this.#edges(steps).slice(0, random.below(2))
    steps.push({
      id,
      type: 'map',
      needs: [...others.filter((need) => !need.startsWith(source.id)), `${source.id}.stream`],
      on_error: 'continue',
      with: { item_errors: random.pick(['collect', 'drop', 'fail']), batch: 1 + random.below(3), stream: true },
      steps: this.#steps(inner),
    })
  }

  #complete(step: Step, place: Place): void {
    const random = this.#random
    const inner = { ...place, depth: place.depth + 1, prefix: `${step.id}_` }
    switch (step.type) {
      case 'merge':
        step.with = { mode: random.pick(['any', 'all', 'first', 'count', 'race', 'race']), count: 1 + random.below(3) }
        return
      case 'map': {
        const chain = place.chain || random.once(2)
        step.with = { item_errors: random.pick(['collect', 'collect', 'drop', 'fail']), batch: 1 + random.below(2) }
        if (chain) step.with['concurrency'] = 1
        if (chain && random.once(4)) step.with['stop_after'] = random.below(3)
        step.steps = this.#steps({ ...inner, chain, mayBreak: chain })
        return
      }
      case 'loop': {
        const chain = place.chain || random.once(2)
        step.with = { limit: 1 + random.below(4) }
        step.steps = this.#steps({ ...inner, chain, mayBreak: chain })
        return
      }
      case 'try':
        step.steps = this.#steps(inner)
        if (!random.once(3)) step.steps.push(this.#handler('catch', inner))
        if (!random.once(3)) step.steps.push(this.#handler('finally', inner))
        return
      case 'call':
        step.with = { pipeline: random.pick(['first', 'second']) }
    }
  }

  #handler(type: 'catch' | 'finally', place: Place): Step {
    this.#left -= 1
    const id = `${place.prefix}${type}`
    const steps = this.#steps({ ...place, depth: place.depth + 1, prefix: `${place.prefix}${type[0]!}` })
    return { id, type, steps, ...(this.#random.once(10) ? { disabled: true } : {}) }
  }

  #chained(steps: readonly Step[]): string[] {
    const before = steps.at(-1)
    return before ? [this.#edgeFrom(before)] : []
  }

  #edges(steps: readonly Step[]): string[] {
    const random = this.#random
    const edges =
      steps.length === 0 ? [] : Array.from({ length: random.below(3) }, () => this.#edgeFrom(random.pick(steps)))
    return [...new Set(edges)]
  }

  /** Mostly from steps that lead nowhere yet, so that there is something to lose. */
  #mergedEdges(steps: readonly Step[]): string[] {
    const followed = new Set(steps.flatMap(({ needs }) => (needs ?? []).map((need) => need.split('.')[0]!)))
    const ends = steps.filter(({ id }) => !followed.has(id))
    return [...new Set([...ends.slice(-3).map((step) => this.#edgeFrom(step)), ...this.#edges(steps)])]
  }

  #edgeFrom(source: Step): string {
    const ports = [...(outPorts[source.type] ?? ['out']), ...(source.on_error === 'port' ? ['error'] : [])]
    const port = this.#random.pick(ports)
    return port === 'out' ? source.id : `${source.id}.${port}`
  }

  /** A step that may lose a race must not end more than itself: whether it comes to that is chance. */
  #tameRaces(steps: readonly Step[]): void {
    for (const race of steps) {
      if (race.with?.['mode'] !== 'race') continue
      for (const id of raceLosers(steps, race.id)) {
        const loser = steps.find((step) => step.id === id)!
        if (loser.on_error !== 'port') loser.on_error = 'continue'
      }
    }
  }
}

const policies = ['fail', 'continue', 'port', 'port', undefined] as const
const outPorts: Record<string, string[]> = { branch: ['true', 'false'], try: ['out', 'out', 'succeeded', 'caught'] }

function typesAt({ depth, chain, mayBreak, mayStop }: Place): string[] {
  const types = ['plain', 'plain', 'branch']
  if (!chain) types.push('merge', 'merge', 'source')
  if (mayBreak) types.push('break')
  if (mayStop && depth > 0) types.push('stop')
  if (depth < 4) types.push('map', 'loop', 'try', 'try')
  if (depth < 3) types.push('call')
  return types
}
