import { documentPathOf } from '#pipeline/document-path.ts'
import type { NodeState } from '../core/core.ts'
import type { RunHost } from '../run-host.ts'
import type { GateMaker } from '../step-gates.ts'

/** Gives out what people pinned to steps instead of carrying them out. A step whose items are read as they come has no one output. */
export const pinGate: GateMaker = (host) => {
  const pins = host.task.options?.pins
  if (!pins || Object.keys(pins).length === 0) return null
  return {
    before(node, attempt) {
      const pin = pins[documentPathOf(node.path)]
      if (!pin || attempt > 1 || node.step.streams) return 'go'
      const { output, ports = [mainPortOf(host, node)] } = pin
      return { kind: 'reuse', output, ports, reused: 'pin' }
    },
  }
}

function mainPortOf(host: RunHost, { step }: NodeState): string {
  const ports = host.environment.steps.get(step.step.type)?.manifest.outputPorts ?? []
  return ports.some(({ name }) => name === 'out') ? 'out' : (ports[0]?.name ?? 'out')
}
