import type { RunEvent } from '#pipeline/events.ts'
import type { Plan } from '../core/core.ts'
import { containersAround } from './run-path.ts'
import { stepOfPlan } from './step-of-plan.ts'

/** One event of a past run as it was read: large ones are left in the journal and fetched when they are needed. */
export interface PastEvent {
  runId: string
  seq: number
  type:
    | 'step-succeeded'
    | 'step-failed'
    | 'step-retried'
    | 'step-yielded'
    | 'map-expanded'
    | 'loop-entered'
    | 'body-entered'
    | 'item-finished'
    | 'part-finished'
    | 'value-edited'
  path: string
  /** Null when it is large. */
  event: RunEvent | null
  /** Of `step-failed`. */
  handled: boolean
  /** Of `step-succeeded`: whether it was itself reused or pinned, and whether it ended more than itself. */
  reused: 'run' | 'pin' | null
  ends: 'container' | 'run' | null
  /** Of `item-finished`: whether there is an error. */
  failed: boolean
  /** Of `map-expanded`. */
  itemErrors: string | null
  /** Of `part-finished`: the run that carried the part out. */
  partRunId: string | null
}

/** An event and its place among all events of the past run, those of its parts included. */
export type PlacedEvent = PastEvent & { order: number }

/** How a step ended. */
export interface PastEnd extends PlacedEvent {
  /** Somebody replaced its output afterwards. */
  edited: PlacedEvent | null
  /** Of a container: a step in it ended more than the container. It has to be entered for that to happen again. */
  leaks: boolean
}

/** What of a past run can be reused: how its steps ended, and how its containers began. A fold over its journal. */
export class PastRun {
  readonly #plan: Plan
  readonly #ends = new Map<string, PastEnd>()
  /** Containers by path: their latest beginning, or that they were to begin anew. What is older inside them does not count. */
  readonly #openings = new Map<string, PlacedEvent>()
  readonly #turns = new Map<string, PlacedEvent>()
  readonly #yields = new Map<string, PlacedEvent[]>()
  /** Items that failed, by path (`each[3]`). */
  readonly #failedItems = new Set<string>()
  /** Containers in which a step ended more than them. */
  readonly #leaks = new Set<string>()
  /** How often containers began anew, by path. */
  readonly #begunAnew = new Map<string, number>()

  /** The plan is that of the past run. */
  constructor(plan: Plan) {
    this.#plan = plan
  }

  apply(placed: PlacedEvent): void {
    const { path } = placed
    switch (placed.type) {
      case 'step-succeeded':
      case 'step-failed':
        this.#ends.set(path, { ...placed, edited: null, leaks: this.#leaks.has(path) })
        if (placed.ends) this.#leakFrom(path, placed.ends)
        return
      case 'step-retried':
        this.#ends.delete(path)
        this.#openings.set(path, placed)
        this.#begunAnew.set(path, (this.#begunAnew.get(path) ?? 0) + 1)
        return
      case 'map-expanded':
      case 'loop-entered':
      case 'body-entered':
        this.#openings.set(path, placed)
        this.#leaks.delete(path)
        return
      case 'item-finished':
        if (placed.failed) this.#failedItems.add(path)
        else this.#turns.set(path, placed)
        return
      case 'step-yielded': {
        const yields = this.#yields.get(path)
        if (yields) yields.push(placed)
        else this.#yields.set(path, [placed])
        return
      }
      case 'value-edited': {
        const end = this.#ends.get(path)
        if (end) end.edited = placed
      }
    }
  }

  /** How the step ended; undefined when it did not, or when a container around it began anew afterwards. */
  endOf(path: string): PastEnd | undefined {
    const end = this.#ends.get(path)
    return end && this.#counts(path, end.order) ? end : undefined
  }

  /** How the container began. */
  openingOf(path: string): PlacedEvent | undefined {
    const opening = this.#openings.get(path)
    return opening && opening.type !== 'step-retried' && this.#counts(path, opening.order) ? opening : undefined
  }

  /** How a turn of a loop ended, `refine[2]`. */
  turnOf(path: string): PlacedEvent | undefined {
    const turn = this.#turns.get(path)
    return turn && this.#counts(`${path}.`, turn.order) ? turn : undefined
  }

  /** What a streaming step handed on, in order. */
  yieldsOf(path: string): readonly PlacedEvent[] {
    return (this.#yields.get(path) ?? []).filter(({ order }) => this.#counts(path, order))
  }

  /** Whether a failure that its step does not handle was dealt with further out: by a catch, or a map that goes on without the item. */
  isAbsorbed(path: string, options: { items: boolean }): boolean {
    const container = containersAround(path).at(-1)
    const opening = container === undefined ? undefined : this.openingOf(container)
    if (container === undefined || !opening) return false
    if (opening.type === 'map-expanded' && opening.itemErrors !== 'fail') {
      return options.items && this.#failedItems.has(path.slice(0, path.lastIndexOf('.')))
    }
    if (this.#isCaught(path, container)) return true
    const end = this.endOf(container)
    if (end?.type !== 'step-failed') return false
    return end.handled || this.isAbsorbed(container, options)
  }

  /** How many attempts the container took. */
  attemptsOf(path: string): number {
    return (this.#begunAnew.get(path) ?? 0) + 1
  }

  /** How every step ended whose end counts. */
  *ends(): Generator<PastEnd> {
    for (const path of this.#ends.keys()) {
      const end = this.endOf(path)
      if (end) yield end
    }
  }

  /** Marks what is around a step as far as what it ends: up to the map or loop it breaks, or the pipeline it stops. */
  #leakFrom(path: string, ends: 'container' | 'run'): void {
    for (const container of containersAround(path).reverse()) {
      const kind = stepOfPlan(this.#plan, container)?.container
      if (kind === 'call' || (ends === 'container' && (kind === 'map' || kind === 'loop'))) return
      this.#leaks.add(container)
    }
  }

  #isCaught(path: string, container: string): boolean {
    const { catchStep, finallyStep } = stepOfPlan(this.#plan, path)?.graph ?? {}
    if (!catchStep) return false
    const id = path.slice(container.length + 1)
    return id !== catchStep.id && id !== finallyStep?.id && this.openingOf(`${container}.${catchStep.id}`) !== undefined
  }

  #counts(path: string, order: number): boolean {
    return containersAround(path).every((container) => (this.#openings.get(container)?.order ?? 0) <= order)
  }
}
