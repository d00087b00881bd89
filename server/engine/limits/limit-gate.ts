import type { NodeState, Plan, PlanGraph } from '../core/core.ts'
import { cacheKeyOf, evaluatePolicy, readCached } from '../cached-step.ts'
import type { RunHost } from '../run-host.ts'
import type { GateDecision, StepGate } from '../step-gates.ts'
import { resolveSettings, stepToRun } from '../step-settings.ts'
import type { LimitPlace, Limits } from './limit-types.ts'

/** A wait this short is not worth telling of. */
const tellAfterMs = 100

/**
 * Has steps with a `limit` wait for their turn among all steps with its key, in all runs of the workspace. Whoever waits here
 * takes no place from others in this process, and gives up when the run is paused: it is commanded again afterwards.
 */
export function limitGate(host: RunHost): StepGate | null {
  const { limits } = host.environment
  return limits && hasLimits(host.task.plan) ? new LimitGate(host, limits) : null
}

class LimitGate implements StepGate {
  readonly #host: RunHost
  readonly #limits: Limits
  /** Usually one: a step that was commanded anew may have two for a moment, until its first attempt has left. */
  readonly #places = new Map<NodeState, LimitPlace[]>()

  constructor(host: RunHost, limits: Limits) {
    this.#host = host
    this.#limits = limits
  }

  before(node: NodeState, attempt: number, signal: AbortSignal): GateDecision | Promise<GateDecision> {
    // The limit is that of the step's own service, not of what stands in for it.
    if (!node.step.limit || node.fallback) return 'go'
    return this.#wait(node, attempt, signal)
  }

  after(node: NodeState): void {
    const places = this.#places.get(node)
    const place = places?.shift()
    if (places?.length === 0) this.#places.delete(node)
    place?.release()
  }

  async #wait(node: NodeState, attempt: number, signal: AbortSignal): Promise<GateDecision> {
    const { task, waits } = this.#host
    const limit = node.step.limit!
    if (node.step.cache && (await this.#isCached(node))) return 'go'
    const shown = String(await evaluatePolicy(this.#host, node, 'limit.key', limit.key))
    const giveUp = new AbortController()
    const stop = (): void => giveUp.abort()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    waits.add(stop)
    const telling = setTimeout(() => {
      if (signal.aborted) return
      this.#host.emit({ type: 'step-held', path: node.path, attempt, limit: shown })
      this.#host.environment.onHeld?.()
    }, tellAfterMs)
    try {
      const { concurrency, rate } = limit
      const request = { key: `${task.workspaceId}/${shown}`, priority: node.step.priority, concurrency, rate }
      const place = await this.#limits.acquire(request, giveUp.signal)
      if (!place) return { kind: 'hold' }
      if (this.#host.state.paused) {
        place.release()
        return { kind: 'hold' }
      }
      const places = this.#places.get(node)
      if (places) places.push(place)
      else this.#places.set(node, [place])
      return 'go'
    } finally {
      clearTimeout(telling)
      waits.delete(stop)
      signal.removeEventListener('abort', stop)
    }
  }

  /** A step whose output is at hand asks nothing of anybody. Settings that cannot be resolved fail the step later. */
  async #isCached(node: NodeState): Promise<boolean> {
    try {
      const toRun = stepToRun(this.#host, node)
      const key = await cacheKeyOf(this.#host, node, toRun, await resolveSettings(this.#host, node, toRun))
      return key !== null && (await readCached(this.#host, node, key)) !== undefined
    } catch {
      return false
    }
  }
}

const limitedPlans = new WeakMap<Plan, boolean>()

function hasLimits(plan: Plan): boolean {
  let found = limitedPlans.get(plan)
  if (found === undefined) {
    // A pipeline that calls itself is looked at once.
    limitedPlans.set(plan, false)
    found = isLimited(plan.root) || [...plan.calls.values()].some(hasLimits)
    limitedPlans.set(plan, found)
  }
  return found
}

const isLimited = (graph: PlanGraph): boolean =>
  graph.steps.some(
    (step) => step.limit !== null || (step.container !== 'call' && step.body !== null && isLimited(step.body)),
  )
