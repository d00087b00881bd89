import type { JsonValue } from '#pipeline/document.ts'
import type { JournalEntry, RunEvent, StoredValue } from '#pipeline/events.ts'
import { type Command, isOvertaken } from '../commands.ts'
import { decide } from '../decide.ts'
import { failureEvent } from '../failure.ts'
import { lastOutput } from '../last-output.ts'
import { pendingCommands } from '../pending.ts'
import type { Plan } from '../plan.ts'
import { initialState, isFinal, type NodeState, type RunState } from '../state.ts'

/** What the world does with a step, by its path; the same at every attempt but for the first failures. */
export interface StepFate {
  /** This many attempts fail before one succeeds. */
  failures: number
  ports: string[]
  /** For containers. */
  items: number
  concurrency: number
}

export interface World {
  fateOf(path: string): StepFate
  /** Which of this many things in flight ends next. */
  pick(count: number): number
}

export const valueOf = (stored: StoredValue | null): JsonValue => (stored && 'value' in stored ? stored.value : null)

/** The output of a plain step: its path and those its taken edges came from, so that data flow shows. */
export const outputOf = (path: string, from: readonly string[]): string => `${path}(${from.join(',')})`

/**
 * The rest of the engine in miniature: carries out commands in a made-up world, with a journal and without I/O. Things in
 * flight end in the order the world picks.
 */
export class Simulation {
  readonly state: RunState
  readonly journal: JournalEntry[] = []
  readonly #world: World
  readonly #commands: Command[] = []
  #inFlight: { node: NodeState; end: () => void }[] = []
  #clock = 0

  constructor(plan: Plan, world: World, journal: readonly JournalEntry[] = []) {
    this.#world = world
    this.state = initialState(plan)
    for (const entry of journal) {
      decide(this.state, entry)
      this.journal.push(entry)
    }
    if (journal.length === 0) this.emit({ type: 'run-started', inputs: {} })
    else this.#commands.push(...pendingCommands(this.state))
  }

  emit(event: RunEvent): void {
    this.#clock += 1
    this.journal.push({ seq: this.journal.length + 1, at: this.#clock, event })
    this.#commands.push(...decide(this.state, { at: this.#clock, event })[1])
  }

  /** Carries out what was commanded and ends one thing in flight; false when nothing is left to do. */
  step(): boolean {
    for (let command = this.#commands.shift(); command; command = this.#commands.shift()) this.#act(command)
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
        this.#drop(command.node)
        return this.emit({ type: 'step-cancelled', path: command.node.path })
      case 'finish-item': {
        const { key, failure } = command.frame
        const outcome = failure ? { error: failure } : { output: lastOutput(command.frame) }
        return this.emit({ type: 'item-finished', path: key, ...outcome })
      }
      case 'collect':
        return this.#collect(command.node)
      case 'finish-run':
        return this.#finish(command.outcome)
      case 'set-deadline':
    }
  }

  #start(node: NodeState, attempt: number): void {
    this.#inFlight.push({ node, end: () => this.#end(node, attempt) })
    this.emit({ type: 'step-started', path: node.path, attempt })
  }

  #drop(node: NodeState): void {
    this.#inFlight = this.#inFlight.filter((each) => each.node !== node)
  }

  #end(node: NodeState, attempt: number): void {
    const { path } = node
    const fate = this.#world.fateOf(path)
    if (attempt <= fate.failures) return this.#fail(node, attempt, 'no luck')
    if (node.step.body) {
      const { items: count, concurrency } = fate
      return this.emit({ type: 'map-expanded', path, items: { value: null }, count, concurrency })
    }
    const from = node.step.edgesIn.filter((_, edge) => node.edges[edge]).map((edge) => this.#idOf(node, edge.from))
    const ports = node.step.step.type === 'branch' ? fate.ports : ['out']
    const output = { value: outputOf(path, from) }
    this.emit({ type: 'step-succeeded', path, attempt, output, ports, durationMs: 1 })
  }

  #idOf(node: NodeState, index: number): string {
    return node.frame.graph.steps[index]!.id
  }

  #fail(node: NodeState, attempt: number, message: string): void {
    const error = { code: 'step-failed' as const, message, step: node.path }
    const isFallback = node.fallback !== null
    const failed = { path: node.path, attempt, error, retryable: true, durationMs: 1, at: this.#clock }
    this.emit(failureEvent(node.step, { runId: 'simulated', ...failed, isFallback }))
  }

  #collect(node: NodeState): void {
    const map = node.map!
    if (map.count > 0 && map.failed === map.count) return this.#fail(node, node.attempt, 'all items failed')
    const output = {
      value: {
        items: map.outputs.map(valueOf),
        failed: map.errors.map(({ index }) => index).toSorted((a, b) => a - b),
      },
    }
    const { path, attempt } = node
    this.emit({ type: 'step-succeeded', path, attempt, output, ports: ['out'], durationMs: 1 })
  }

  #finish(outcome: 'succeeded' | 'failed' | 'cancelled'): void {
    const { root } = this.state
    if (root.nodes.some((node) => !isFinal(node))) throw new Error('a run ended with steps that had not')
    if (outcome === 'succeeded') this.emit({ type: 'run-succeeded', outputs: { value: {} }, durationMs: 1 })
    else if (outcome === 'failed') this.emit({ type: 'run-failed', error: root.failure!, durationMs: 1 })
    else this.emit({ type: 'run-cancelled', durationMs: 1 })
  }
}
