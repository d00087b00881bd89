import { OrchestratorError } from '#pipeline/errors.ts'
import type { RunOptions } from '#pipeline/run-options.ts'

/** `each.mood` or `each.mood if item.score > 3`, as a breakpoint. Throws `invalid-request`. */
export function parseBreakpoint(text: string): NonNullable<RunOptions['breakpoints']>[number] {
  const match = /^(\S+)(?:\s+if\s+(.+))?$/s.exec(text.trim())
  if (!match) {
    throw new OrchestratorError('invalid-request', `"${text}" is no breakpoint.`, {
      fix: 'For example --breakpoint each.mood, or --breakpoint "each.mood if item.score > 3"',
    })
  }
  const [, step, condition] = match
  return { step: step!, ...(condition === undefined ? {} : { condition }) }
}

/** What the command line says of where a run ends and pauses. */
export interface GivenControl {
  until?: string[]
  breakpoint?: string[]
  step?: boolean
}

/** Run options as the command line has them; undefined when there are none. */
export function parseControlOptions(
  given: GivenControl,
): Pick<RunOptions, 'until' | 'breakpoints' | 'stepThrough'> | undefined {
  const { until = [], breakpoint = [], step = false } = given
  if (until.length === 0 && breakpoint.length === 0 && !step) return undefined
  return {
    ...(until.length > 0 && { until }),
    ...(breakpoint.length > 0 && { breakpoints: breakpoint.map(parseBreakpoint) }),
    ...(step && { stepThrough: true }),
  }
}
