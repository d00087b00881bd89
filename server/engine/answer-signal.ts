import type { ControlSignal } from './control-signal.ts'
import { findNode, isFinal } from './core/core.ts'
import type { Parking } from './parking.ts'
import type { RunHost } from './run-host.ts'

/** Turns what was said to a run into events; what does not fit any more changes nothing. `id`: that of its row, which goes with them. */
export function answerSignal(host: RunHost, parking: Parking, signal: ControlSignal | null, id?: string): void {
  if (signal?.kind === 'answer') {
    // Its row stays until the event that ends the wait is durable: it may have to be given once more.
    if (parking.answer(signal.path, signal.wait, signal.answer, id) || id === undefined) return
    return host.alongside({ signalsTaken: [id] })
  }
  // Before the event, so that both are in one commit.
  if (id !== undefined) host.alongside({ signalsTaken: [id] })
  switch (signal?.kind) {
    case 'cancel':
      return host.emit({ type: 'cancel-requested', by: signal.by })
    case 'pause':
      return host.emit({ type: 'run-paused', reason: 'asked', by: signal.by })
    case 'resume':
      return host.emit({ type: 'run-resumed', mode: signal.mode, by: signal.by })
    case 'breakpoints':
      host.task.options = { ...host.task.options, breakpoints: signal.breakpoints }
      return
    case 'edit':
      if (!isEditable(host, signal.path)) return
      return host.emit({ type: 'value-edited', path: signal.path, output: signal.output, by: signal.by })
  }
}

/** Whether a step has ended with an output that others may still read, while nothing can read it. */
function isEditable({ state }: RunHost, path: string): boolean {
  const node = findNode(state, path)
  return state.paused !== null && node !== undefined && isFinal(node) && node.output !== null
}
