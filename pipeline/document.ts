import { z } from 'zod'

/** `500ms`, `20s`, `5m`, `2h`, `3d`. */
export const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
export const durationSchema = z.string().regex(durationPattern, 'a duration such as 500ms, 20s, 5m, 2h or 3d')

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of a duration text; throws a RangeError on anything else. */
export function durationToMs(duration: string): number {
  const match = durationPattern.exec(duration)
  if (!match) throw new RangeError(`"${duration}" is not a duration; write 500ms, 20s, 5m, 2h or 3d`)
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
}

/** Step ids: short, unique in their graph, usable as a name in expressions. */
export const stepIdPattern = /^[A-Za-z_][A-Za-z0-9_]*$/

export const inputTypes = ['text', 'number', 'boolean', 'file', 'json', 'list', 'choice'] as const

export const inputSpecSchema = z.looseObject({
  /** `text` when absent. */
  type: z.enum(inputTypes).optional(),
  description: z.string().optional(),
  /** An input must be given unless it has a default or this is false. */
  required: z.boolean().optional(),
  default: z.json().optional(),
  /** For `choice`: the values to pick from. */
  options: z.array(z.json()).optional(),
})

export const retrySchema = z.looseObject({
  /** Attempts in total, the first one included. */
  attempts: z.int().min(1).max(100),
  /** `exponential` when absent. */
  backoff: z.enum(['fixed', 'exponential']).optional(),
  /** `1s` when absent. */
  delay: durationSchema.optional(),
})

/** What a retry policy means where it says nothing: no retry without one, else exponential from one second. */
export function completeRetryPolicy(
  retry: RetryPolicy | undefined,
): Required<Pick<RetryPolicy, 'attempts' | 'backoff' | 'delay'>> {
  return { attempts: retry?.attempts ?? 1, backoff: retry?.backoff ?? 'exponential', delay: retry?.delay ?? '1s' }
}

export const errorPolicies = ['fail', 'continue', 'port'] as const

const baseStepSchema = z.looseObject({
  id: z.string().regex(stepIdPattern, 'letters, digits and _, not starting with a digit'),
  type: z.string().min(1),
  /** What people see instead of the id. */
  name: z.string().optional(),
  /** Edges in: `step` (its `out` port) or `step.port`. Only siblings of the same graph. */
  needs: z.array(z.string()).optional(),
  /** The settings, deep-templated: any string may hold expressions. */
  with: z.record(z.string(), z.json()).optional(),
  retry: retrySchema.optional(),
  timeout: durationSchema.optional(),
  on_error: z.enum(errorPolicies).optional(),
  /** For the next reader. */
  note: z.string().optional(),
  /** A disabled step is skipped over: its value is null and its edges count as taken. */
  disabled: z.boolean().optional(),
  /** Containers only (`flow.map`): the nested graph. */
  get steps() {
    return z.array(baseStepSchema).optional()
  },
})
export const stepSchema = baseStepSchema

/** Positions and sizes in canvas pixels, keyed by step path (`each.mood`); positions in a container are relative to it. */
export const layoutSchema = z.looseObject({
  steps: z
    .record(
      z.string(),
      z.looseObject({ x: z.number(), y: z.number(), width: z.number().optional(), height: z.number().optional() }),
    )
    .optional(),
  notes: z
    .record(
      z.string(),
      z.looseObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number(), text: z.string() }),
    )
    .optional(),
})

/** YAML comments by node (`/steps/each/steps/mood/with/url`: keys, step ids, list positions), without their `#`. */
export const commentsSchema = z.record(
  z.string(),
  z.looseObject({
    /** On lines of their own above the node. */
    before: z.string().optional(),
    /** At the end of the node's first line. */
    after: z.string().optional(),
    /** After the last entry of a map or list. */
    end: z.string().optional(),
  }),
)

export const pipelineDocumentSchema = z.looseObject({
  orchestrator: z.literal(1),
  name: z.string().min(1),
  description: z.string().optional(),
  inputs: z.record(z.string(), inputSpecSchema).optional(),
  steps: z.array(stepSchema),
  /** Any JSON with expressions, resolved after the run. */
  outputs: z.record(z.string(), z.json()).optional(),
  layout: layoutSchema.optional(),
  /** Kept beside the document; the YAML text has them as real comments. */
  comments: commentsSchema.optional(),
})

export type InputSpec = z.infer<typeof inputSpecSchema>
export type RetryPolicy = z.infer<typeof retrySchema>
export type ErrorPolicy = (typeof errorPolicies)[number]
export type Step = z.infer<typeof stepSchema>
export type Layout = z.infer<typeof layoutSchema>
export type Comments = z.infer<typeof commentsSchema>
export type PipelineDocument = z.infer<typeof pipelineDocumentSchema>
export type JsonValue = z.infer<ReturnType<typeof z.json>>
