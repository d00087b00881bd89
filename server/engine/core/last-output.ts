import type { StoredValue } from '#pipeline/events.ts'
import type { Frame } from './state.ts'

/** The output of the last step, in document order, that nothing follows and that succeeded; null when there is none. */
export function lastOutput(frame: Frame): StoredValue {
  for (let index = frame.nodes.length - 1; index >= 0; index -= 1) {
    const node = frame.nodes[index]!
    if (node.status === 'succeeded' && node.step.edgesOut.length === 0 && node.output) return node.output
  }
  return { value: null }
}
