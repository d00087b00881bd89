import type { JsonValue } from '#pipeline/document.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { JournalEntry, RunEvent, StoredValue } from '#pipeline/events.ts'
import { type Command, isOvertaken } from '../commands.ts'
import { decide } from '../decide.ts'
import { failureEvent } from '../failure.ts'
import { pendingCommands } from '../pending.ts'
import type { Plan } from '../plan.ts'
import { findNode, initialState, isFinal, type NodeState, type RunState } from '../state.ts'
import { bodyResult, collected, frameOutput, outputOf, startOf } from './made-up-steps.ts'
import type { World } from './world.ts'

export const valueOf = (stored: StoredValue | null | undefined): JsonValue =>
  stored && 'value' in stored ? stored.value : null

/** A step with the attempts of everything around it: what must be carried out once. */
export function executionOf(node: NodeState, attempt: number): string {
  const { owner } = node.frame
  const around = owner ? `${executionOf(owner.node, owner.node.attempt)}[${owner.index}].` : ''
  return `${around}${node.step.id}#${attempt}`
}

/** Events that say that an attempt was carried out, or is not to be any more. */
export const attemptEnds: ReadonlySet<RunEvent['type']> = new Set([
  'step-succeeded',
  'step-failed',
  'step-retried',
  'step-parked',
  'step-cancelled',
  'step-skipped',
  'map-expanded',
  'loop-entered',
  'body-entered',
] as const)

interface InFlight {
  node: NodeState | null
  end: () => void
}

/**
 * The rest of the engine in miniature: carries out commands in a made-up world, with a journal and without I/O. Things in
 * flight end in the order the world picks.
 */
export class Simulation {
  readonly state: RunState
  readonly journal: JournalEntry[] = []
  /** Attempts carried out here, and those that the journal it began with says are over. */
  readonly carriedOut: string[] = []
  readonly completedBefore = new Set<string>()
  readonly #world: World
  readonly #commands: Command[] = []
  #inFlight: InFlight[] = []
  #clock = 0

  constructor(plan: Plan, world: World, journal: readonly JournalEntry[] = []) {
    this.#world = world
    this.state = initialState(plan)
    for (const entry of journal) this.#replay(entry)
    this.#clock = journal.length
    if (journal.length === 0) this.emit({ type: 'run-started', inputs: {} })
    else this.#commands.push(...pendingCommands(this.state))
  }

  #replay(entry: JournalEntry): void {
    const { event } = entry
    const node =
      'path' in event && attemptEnds.has(event.type) && event.path ? findNode(this.state, event.path) : undefined
    if (node) this.completedBefore.add(executionOf(node, node.attempt))
    decide(this.state, entry)
    this.journal.push(entry)
  }

  emit(event: RunEvent): void {
    this.#clock += 1
    this.journal.push({ seq: this.journal.length + 1, at: this.#clock, event })
    for (const command of decide(this.state, { at: this.#clock, event })[1]) this.#commands.push(command)
  }

  /** Carries out what was commanded. */
  settle(): void {
    for (let command = this.#commands.shift(); command; command = this.#commands.shift()) this.#act(command)
  }

  /** Ends a step in flight, if it is, or cancels it. */
  end(path: string, isCancelled = false): void {
    this.settle()
    const flight = this.#inFlight.find(({ node }) => node?.path === path)
    if (!flight) return
    this.#drop(flight.node!)
    if (isCancelled) this.emit({ type: 'step-cancelled', path })
    else flight.end()
    this.settle()
  }

  /** Carries out what was commanded and ends one thing in flight; false when nothing is left to do. */
  step(): boolean {
    this.settle()
    if (this.#inFlight.length === 0) return false
    const [next] = this.#inFlight.splice(this.#world.pick(this.#inFlight.length), 1)
    next!.end()
    return true
  }

  run(): this {
    while (this.step());
    return this
  }

  #act(command: Command): void {
    if (isOvertaken(this.state, command)) return
    switch (command.kind) {
      case 'start-step':
        return this.#start(command.node, command.attempt)
      case 'skip-step':
        this.#drop(command.node)
        return this.emit({ type: 'step-skipped', path: command.node.path, reason: command.reason })
      case 'cancel-step':
        return this.#cancel(command.node)
      case 'await-answer':
        return this.#fly(command.node, () => this.#succeed(command.node, command.attempt))
      case 'fail-step':
        return this.#fail(command.node, command.attempt, command.error)
      case 'finish-item':
        return this.#work(command, () => {
          const { key, failure } = command.frame
          this.emit({
            type: 'item-finished',
            path: key,
            ...(failure ? { error: failure } : bodyResult(this.#world, command.frame)),
          })
        })
      case 'collect':
        return this.#work(command, () => this.#collect(command.node))
      case 'finish-run':
        return this.#work(command, () => this.#finish(command.outcome))
      case 'run-parts':
      case 'cancel-parts':
      case 'set-deadline':
      case 'stream-moved':
    }
  }

  #fly(node: NodeState, end: () => void): void {
    if (this.#inFlight.some((each) => each.node === node)) throw new Error(`${node.path} is in flight twice`)
    this.#inFlight.push({ node, end })
  }

  /** What is worked out meanwhile may have been overtaken. */
  #work(command: Command, end: () => void): void {
    this.#inFlight.push({ node: null, end: () => void (isOvertaken(this.state, command) || end()) })
  }

  #drop(node: NodeState): void {
    this.#inFlight = this.#inFlight.filter((each) => each.node !== node)
  }

  /** What is in flight has some grace: it may still come to an end of its own. */
  #cancel(node: NodeState): void {
    const flight = this.#inFlight.find((each) => each.node === node)
    const cancelled = (): void => this.emit({ type: 'step-cancelled', path: node.path })
    const grace = flight ? this.#world.pick(3) : 0
    this.#drop(node)
    if (!flight || grace === 0) return cancelled()
    this.#inFlight.push({ node, end: grace === 1 ? cancelled : flight.end })
  }

  #start(node: NodeState, attempt: number): void {
    this.#fly(node, () => this.#end(node, attempt))
    this.emit({ type: 'step-started', path: node.path, attempt })
  }

  #end(node: NodeState, attempt: number): void {
    const { path } = node
    const fate = this.#world.fateOf(path)
    const yielded = node.stream?.total ?? 0
    if (node.step.streams && yielded < fate.items) {
      const count = Math.min(fate.chunk, fate.items - yielded)
      const items = { value: Array.from({ length: count }, (_, index) => yielded + index) }
      this.#fly(node, () => this.#end(node, attempt))
      return this.emit({ type: 'step-yielded', path, attempt, from: yielded, count, items })
    }
    this.carriedOut.push(executionOf(node, attempt))
    const error: ErrorInfo = { code: 'step-failed', message: 'no luck', step: path }
    if (attempt <= fate.failures) return this.#fail(node, attempt, error)
    const started = startOf(node, fate)
    if (started === 'too deep') return this.#fail(node, attempt, { ...error, code: 'call-depth' })
    if (started !== null) return this.emit(started)
    if (fate.parks && !node.step.container) {
      return this.emit({ type: 'step-parked', path, attempt, wait: { kind: 'event' } })
    }
    this.#succeed(node, attempt)
  }

  #succeed(node: NodeState, attempt: number): void {
    const { path } = node
    this.emit({ type: 'step-succeeded', path, attempt, durationMs: 1, ...outputOf(node, this.#world.fateOf(path)) })
  }

  #fail(node: NodeState, attempt: number, error: ErrorInfo): void {
    const { path } = node
    const isFallback = node.fallback !== null
    const failed = { runId: 'simulated', path, attempt, error, retryable: true, isFallback, durationMs: 1 }
    this.emit(failureEvent(node.step, { ...failed, at: this.#clock }))
  }

  #collect(node: NodeState): void {
    const { path, attempt } = node
    const result = collected(node)
    if (result) this.emit({ type: 'step-succeeded', path, attempt, durationMs: 1, ...result })
    else this.#fail(node, attempt, { code: 'step-failed', message: 'all items failed', step: path })
  }

  #finish(outcome: 'succeeded' | 'failed' | 'cancelled'): void {
    const { root } = this.state
    if (root.nodes.some((node) => !isFinal(node))) throw new Error('a run ended with steps that had not')
    if (outcome === 'succeeded') this.emit({ type: 'run-succeeded', outputs: frameOutput(root), durationMs: 1 })
    else if (outcome === 'failed') this.emit({ type: 'run-failed', error: root.failure!, durationMs: 1 })
    else this.emit({ type: 'run-cancelled', durationMs: 1 })
  }
}
