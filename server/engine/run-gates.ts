import { pauseGate } from './control/pause-gate.ts'
import { pinGate } from './control/pin-gate.ts'
import { reuseGate } from './control/reuse-gate.ts'
import { untilGate } from './control/until-gate.ts'
import { limitGate } from './limits/limit-gate.ts'
import { runLimitGate } from './run-limits.ts'
import type { GateMaker } from './step-gates.ts'

/** The gates every attempt passes, in this order. A gate that looks at what the step has cost the run comes last. */
export const runGates: readonly GateMaker[] = [untilGate, pinGate, reuseGate, pauseGate, limitGate, runLimitGate]
