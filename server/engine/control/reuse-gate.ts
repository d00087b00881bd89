import type { NodeState } from '../core/core.ts'
import type { ReuseDecision } from '../reuse/reuse.ts'
import type { GateDecision, GateMaker } from '../step-gates.ts'

/** Takes over what an earlier run has done. */
export const reuseGate: GateMaker = (host) => {
  const { reuse } = host.task
  if (!reuse) return null
  const held = new Set<NodeState>()
  const gateDecision = (node: NodeState, decision: ReuseDecision): GateDecision => {
    if (decision === 'go') return 'go'
    if (decision !== 'hold') return { kind: 'record', events: decision.events }
    held.add(node)
    return { kind: 'hold' }
  }
  return {
    before(node) {
      // Thousands of steps that end at once would keep other runs of this process waiting.
      const pause = host.environment.pacer.pause()
      if (pause) return pause.then(async () => gateDecision(node, await reuse.decide(node)))
      const decision = reuse.decide(node)
      return decision instanceof Promise
        ? decision.then((settled) => gateDecision(node, settled))
        : gateDecision(node, decision)
    },
    saw({ type }) {
      if (held.size === 0 || !/^step-(succeeded|failed|skipped|cancelled|started)$/.test(type)) return
      const waiting = [...held]
      held.clear()
      for (const node of waiting) host.restart(node)
    },
  }
}
