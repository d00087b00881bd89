import { z } from 'zod'
import { storedValueSchema } from './events.ts'

/**
 * How a run differs from a plain run of its document. Steps are named by their run path (`each[3].mood`) in `from`, by
 * their document path (`each.mood`) elsewhere.
 */
export const runOptionsSchema = z.object({
  /** Finished steps of this earlier run are not carried out again, except those at and after `from`. */
  reuse: z.object({ runId: z.string(), from: z.array(z.string()).optional() }).optional(),
  /** Only these steps and what they need; the rest is skipped as `not-needed`. */
  until: z.array(z.string()).optional(),
  /** Outputs that stand in for steps. */
  pins: z.record(z.string(), z.object({ output: storedValueSchema, ports: z.array(z.string()).optional() })).optional(),
  /** Settings that replace a step's own (run one step with an edited input). */
  overrides: z.record(z.string(), z.record(z.string(), z.json())).optional(),
  /** The run pauses before these steps; `condition` is an expression over the names the step sees. */
  breakpoints: z.array(z.object({ step: z.string(), condition: z.string().optional() })).optional(),
  /** The run pauses before its first step, for stepping through. */
  stepThrough: z.boolean().optional(),
})

export type RunOptions = z.infer<typeof runOptionsSchema>
