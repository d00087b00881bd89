import type { RunEvent, StoredValue } from '#pipeline/events.ts'
import { Batcher } from '../batcher.ts'
import { type Frame, isFinal, type NodeState } from '../core/core.ts'
import type { ValueStore } from '../value-store.ts'
import type { Again } from './again.ts'
import { isOvertaking } from './overtaking.ts'
import type { PastEnd, PastEvent, PastRun, PlacedEvent } from './past-run.ts'
import { areSame, sameItems } from './same-beginning.ts'

/** What becomes of a step: it is carried out, it waits for others that are reused, or it ends with these events. */
export type ReuseDecision = 'go' | 'hold' | { events: RunEvent[] }

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>

/** What a run takes over from an earlier one, step by step. */
export class Reuse {
  readonly #past: PastRun
  readonly #again: Again
  readonly #values: ValueStore
  readonly #keepsFailedItems: boolean
  readonly #fetches: Batcher<PastEvent, RunEvent>
  /** Whether body runs begin with what they began with in the earlier run. */
  readonly #frames = new WeakMap<Frame, boolean | Promise<boolean>>()
  readonly #items = new WeakMap<object, Promise<(index: number) => boolean>>()

  /** `fetch` gives events whole that are left in the journal. `keepsFailedItems`: items of maps that failed, and that their map went on without, are not tried again. */
  constructor(
    values: ValueStore,
    fetch: (events: readonly PastEvent[]) => Promise<RunEvent[]>,
    source: { past: PastRun; again: Again; keepsFailedItems: boolean },
  ) {
    this.#past = source.past
    this.#again = source.again
    this.#keepsFailedItems = source.keepsFailedItems
    this.#values = values
    this.#fetches = new Batcher(fetch, 100)
  }

  decide(node: NodeState): ReuseDecision | Promise<ReuseDecision> {
    if (node.attempt > 1 || this.#again.standing(node.path) !== 'free' || this.#isAfterOther(node)) return 'go'
    const follows = this.#follows(node.frame)
    return follows instanceof Promise
      ? follows.then((isSame) => this.#decide(node, isSame))
      : this.#decide(node, follows)
  }

  #decide(node: NodeState, isSame: boolean): ReuseDecision | Promise<ReuseDecision> {
    if (!isSame) return 'go'
    if (isOvertaking(node, this.#past, this.#again)) return 'hold'
    const end = this.#keptEnd(node.path)
    if (!end || end.leaks) return 'go'
    const isReadAgain = this.#isReadAgain(node)
    // A step that failed after it had handed items on says of its stream only by those.
    const yields =
      isReadAgain || (node.step.streams && end.type === 'step-failed') ? this.#past.yieldsOf(node.path) : []
    // What it handed on was not written down again when the earlier run took it over itself.
    if (isReadAgain && yields.length === 0 && end.reused === 'run') return 'go'
    if (end.event && !end.edited && yields.length === 0) return { events: [reusedEvent(end.event, node)] }
    return this.#fetchAll(node, end, end.edited, yields)
  }

  /** How the step ended, where that is to be kept. */
  #keptEnd(path: string): PastEnd | undefined {
    const end = this.#past.endOf(path)
    if (!end || end.type === 'step-succeeded' || end.handled) return end
    return this.#past.isAbsorbed(path, { items: this.#keepsFailedItems }) ? end : undefined
  }

  /** Whether it is (in) the catch or finally of a try some step of which was carried out this time. */
  #isAfterOther(node: NodeState): boolean {
    for (let here: NodeState | undefined = node; here; here = here.frame.owner?.node) {
      const { step, frame } = here
      const { catchStep, finallyStep } = frame.graph
      if (step !== catchStep && step !== finallyStep) continue
      const hasOther = frame.nodes.some(
        (other) =>
          other !== here &&
          other.step !== finallyStep &&
          isFinal(other) &&
          other.status !== 'skipped' &&
          (this.#again.standing(other.path) !== 'free' || !this.#keptEnd(other.path)),
      )
      if (hasOther) return true
    }
    return false
  }

  async #fetchAll(
    node: NodeState,
    end: PlacedEvent,
    edited: PlacedEvent | null,
    yields: readonly PlacedEvent[],
  ): Promise<ReuseDecision> {
    const [event, edit, ...chunks] = await Promise.all([
      this.#whole(end),
      edited && (this.#whole(edited) as Promise<EventOf<'value-edited'>>),
      ...yields.map((chunk) => this.#whole(chunk) as Promise<EventOf<'step-yielded'>>),
    ])
    const { attempt } = node
    return {
      events: [
        ...chunks.map((chunk) => ({ ...(chunk as EventOf<'step-yielded'>), attempt })),
        { ...reusedEvent(event, node), ...(edit && { output: edit.output }) },
      ],
    }
  }

  async #whole(event: PastEvent): Promise<RunEvent> {
    return event.event ?? this.#fetches.add(event)
  }

  /** Whether a map reads the stream of the step and is not itself taken over. */
  #isReadAgain({ step, frame }: NodeState): boolean {
    if (!step.streams) return false
    return step.edgesOut.some(({ to, port }) => {
      if (port !== 'stream') return false
      const { path } = frame.nodes[to]!
      return this.#again.standing(path) !== 'free' || this.#past.endOf(path)?.type !== 'step-succeeded'
    })
  }

  /** Whether the steps of a frame have around them what they had in the earlier run. */
  #follows(frame: Frame): boolean | Promise<boolean> {
    const known = this.#frames.get(frame)
    if (known !== undefined) return known
    const follows = this.#beginsAlike(frame)
    this.#frames.set(frame, follows)
    if (follows instanceof Promise) {
      follows.then(
        (isSame) => this.#frames.set(frame, isSame),
        () => this.#frames.delete(frame),
      )
    }
    return follows
  }

  #beginsAlike({ owner }: Frame): boolean | Promise<boolean> {
    if (!owner) return true
    const { node, container, index } = owner
    const outer = this.#follows(node.frame)
    // A container that takes more attempts than it took then does its work anew.
    if (outer === false || node.attempt > this.#past.attemptsOf(node.path)) return false
    const opening = this.#past.openingOf(node.path)
    if (!opening) return false
    if (outer instanceof Promise) return outer.then((isSame) => isSame && this.#opensAlike(owner, opening))
    return container.kind === 'map' || container.kind === 'loop' || container.kind === 'call'
      ? this.#opensAlike(owner, opening)
      : index === 0
  }

  async #opensAlike(owner: NonNullable<Frame['owner']>, opening: PlacedEvent): Promise<boolean> {
    const { node, container, index } = owner
    if (container.kind === 'map') {
      if (container.source) return true
      let items = this.#items.get(container)
      if (!items) {
        items = this.#whole(opening).then((event) =>
          sameItems((event as EventOf<'map-expanded'>).items, container, this.#values),
        )
        this.#items.set(container, items)
      }
      return (await items)(index)
    }
    if (container.kind === 'loop') {
      const { state } = container
      return areSame(await this.#stateBefore(node.path, index, opening), state)
    }
    if (container.kind !== 'call') return true
    const { inputs = {} } = (await this.#whole(opening)) as EventOf<'body-entered'>
    const [frame] = container.live
    return frame === undefined || areSame({ value: inputs }, { value: frame.scope.inputs })
  }

  /** The state of a loop before a turn: that of the last turn before it which changed it. */
  async #stateBefore(path: string, turn: number, opening: PlacedEvent): Promise<StoredValue> {
    for (let index = turn - 1; index >= 0; index -= 1) {
      const ended = this.#past.turnOf(`${path}[${index}]`)
      const state = ended && ((await this.#whole(ended)) as EventOf<'item-finished'>).state
      if (state) return state
    }
    return ((await this.#whole(opening)) as EventOf<'loop-entered'>).state
  }
}

/** The event of an earlier run as this run records it. What it took and cost then is not taken or spent again. */
function reusedEvent(event: RunEvent, { path, attempt }: NodeState): RunEvent {
  if (event.type === 'step-failed') return { ...event, path, attempt, durationMs: 0, reused: 'run' }
  if (event.type !== 'step-succeeded') throw new TypeError(`a ${event.type} event cannot be reused`)
  const { output, ports, fallback, ends } = event
  return {
    type: 'step-succeeded',
    path,
    attempt,
    output,
    ports,
    durationMs: 0,
    reused: 'run',
    ...(fallback && { fallback }),
    ...(ends && { ends }),
  }
}
