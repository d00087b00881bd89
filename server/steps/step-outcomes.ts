import type { Wait } from '#pipeline/events.ts'

/** Returned by execute to take other ports than `out`. */
export class TakePorts {
  readonly ports: string[]
  readonly value: unknown
  constructor(ports: string[], value: unknown) {
    this.ports = ports
    this.value = value
  }
}
/** Leave by these ports with this value as the step's output. */
export const takePorts = (ports: string[], value: unknown): TakePorts => new TakePorts(ports, value)

/** How a map goes through its items. */
export interface ExpandOptions {
  concurrency: number
  /** A body run gets a list of up to this many items. */
  batch?: number
  itemErrors?: 'collect' | 'drop' | 'fail'
  /** False: results are not kept, only counted. */
  keep?: boolean
}

/** Returned by a container's execute: run the body once per item. */
export class ExpandItems {
  /** `stream`: the items come from the step at the other end of the edge in, as it yields them. */
  readonly items: unknown[] | 'stream'
  readonly options: ExpandOptions
  constructor(items: unknown[] | 'stream', options: ExpandOptions) {
    this.items = items
    this.options = options
  }
}
export const expandItems = (items: unknown[] | 'stream', options: ExpandOptions): ExpandItems =>
  new ExpandItems(items, options)

/** Returned by a loop's execute: run the body again and again, see `afterItem`. */
export class EnterLoop {
  readonly state: unknown
  /** The most turns there may be; one more is a `loop-limit` error. */
  readonly limit: number
  constructor(state: unknown, limit: number) {
    this.state = state
    this.limit = limit
  }
}
export const enterLoop = (state: unknown, limit: number): EnterLoop => new EnterLoop(state, limit)

/** Returned by a container whose body runs once; `inputs` are those of a called pipeline. */
export class EnterBody {
  readonly inputs: Record<string, unknown> | undefined
  constructor(inputs?: Record<string, unknown>) {
    this.inputs = inputs
  }
}
export const enterBody = (inputs?: Record<string, unknown>): EnterBody => new EnterBody(inputs)

/** Returned by a step that waits for a time, an event or a person; `resume` gets what ended the wait. */
export class Park {
  readonly wait: Wait
  constructor(wait: Wait) {
    this.wait = wait
  }
}
export const park = (wait: Wait): Park => new Park(wait)

/** Returned by a step that ends more than itself: the nearest map or loop around it, or the run (as a success). */
export class EndEarly {
  readonly ends: 'container' | 'run'
  readonly value: unknown
  constructor(ends: 'container' | 'run', value: unknown) {
    this.ends = ends
    this.value = value
  }
}
export const endEarly = (ends: 'container' | 'run', value: unknown): EndEarly => new EndEarly(ends, value)

/** Everything but a plain output that `execute` may return. */
export type StepOutcomeObject = TakePorts | ExpandItems | EnterLoop | EnterBody | Park | EndEarly
