import type { StoredValue } from '#pipeline/events.ts'
import type { Frame } from './state.ts'

/**
 * What a body run is worth where nothing else is said: the output of the last step, in document order, that nothing follows
 * and that succeeded; null when there is none. Of a try whose catch ran, that of the catch; a finally never counts.
 */
export function lastOutput(frame: Frame): StoredValue {
  const { catchStep, finallyStep } = frame.graph
  if (frame.raised && catchStep) return frame.nodes[catchStep.index]!.output ?? { value: null }
  for (let index = frame.nodes.length - 1; index >= 0; index -= 1) {
    const node = frame.nodes[index]!
    if (node.step === catchStep || node.step === finallyStep || node.step.edgesOut.length > 0) continue
    if (node.status === 'succeeded' && node.output) return node.output
  }
  return { value: null }
}

/** What a step of a catch or finally sees as `error`: what the steps of its try failed with, or null. */
export function raisedAround(frame: Frame): Frame['raised'] {
  for (let here: Frame | undefined = frame; here?.owner; here = here.owner.node.frame) {
    const { kind } = here.owner.container
    if (kind === 'catch' || kind === 'finally') return here.owner.node.frame.raised
    if (kind === 'call') return null
  }
  return null
}
