import type { Command } from './commands.ts'
import type { Frame, RunState } from './state.ts'

/** What one event has led to so far: commands in order, and frames that have come to the end of a phase. */
export interface Work {
  state: RunState
  commands: Command[]
  turned: Frame[]
}
