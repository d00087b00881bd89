import type { ControlSignal } from './control-signal.ts'
import type { Parking } from './parking.ts'
import type { RunHost } from './run-host.ts'

/** Turns what was said to a run into events; what does not fit any more changes nothing. */
export function answerSignal(host: RunHost, parking: Parking, signal: ControlSignal): void {
  switch (signal.kind) {
    case 'cancel':
      return host.emit({ type: 'cancel-requested', by: signal.by })
    case 'answer':
      return parking.answer(signal.path, signal.answer)
    case 'pause':
      return host.emit({ type: 'run-paused', reason: 'asked', by: signal.by })
    case 'resume':
      return host.emit({ type: 'run-resumed', mode: signal.mode, by: signal.by })
    case 'edit':
      return host.emit({ type: 'value-edited', path: signal.path, output: signal.output, by: signal.by })
  }
}
