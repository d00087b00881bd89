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
  /** Each delay is a random part (50 to 100%) of what it would be, so that many steps do not try again at once. True when absent. */
  jitter: z.boolean().optional(),
  /** Only these errors are tried again: error codes (`step-timeout`) or HTTP statuses (`429`, `5xx`). All when absent. */
  on: z.array(z.union([z.string(), z.int()])).optional(),
})

/** `60/m`: at most 60 in a minute; units s, m, h, d. */
export const ratePattern = /^(\d+)\/(s|m|h|d)$/

/** Starts per span of a rate text (`60/m` -> 60 in 60,000 ms); null for anything else. */
export function rateOf(rate: string): { count: number; perMs: number } | null {
  const match = ratePattern.exec(rate)
  const count = Number(match?.[1])
  return match && count > 0 ? { count, perMs: unitMs[match[2] as keyof typeof unitMs] } : null
}

/** A limit that all runs of the workspace share by its key. */
export const stepLimitSchema = z.looseObject({
  /** May hold expressions, `openai-{{ inputs.region }}`. */
  key: z.string().min(1),
  /** At once. */
  concurrency: z.int().min(1).optional(),
  rate: z.string().regex(ratePattern, 'a rate such as 60/m or 5/s').optional(),
})

/** What runs instead once every attempt has failed; it sees the same names, and its output becomes the step's. */
export const fallbackSchema = z.looseObject({
  type: z.string().min(1),
  with: z.record(z.string(), z.json()).optional(),
})

/** `off`, `forever`, or for how long an equal step run is reused. */
export const cachePolicySchema = z.union([z.literal(['off', 'forever']), durationSchema])

/** Limits of one run; reaching one fails the run. */
export const runLimitsSchema = z.looseObject({
  /** Wall time from the start of the run. */
  time: durationSchema.optional(),
  /** Step attempts. */
  steps: z.int().min(1).optional(),
  /** US dollars spent on models. */
  cost: z.number().min(0).optional(),
})

/** How many runs of the pipeline may be active at once, and what becomes of one too many. */
export const pipelineConcurrencySchema = z.looseObject({
  limit: z.int().min(1),
  /** Counted per value, a template over `inputs`; one count for the pipeline when absent. */
  key: z.string().optional(),
  /** `queue` (when absent): it waits its turn; `replace`: the oldest is cancelled; `refuse`: it does not start. */
  when_full: z.enum(['queue', 'replace', 'refuse']).optional(),
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
  /** With `on_error: continue`: the step's value after a failure, templated with `error` in scope; `{ error }` when absent. */
  error_value: z.json().optional(),
  fallback: fallbackSchema.optional(),
  /** Pure steps are reused within a workspace when absent, others not. */
  cache: cachePolicySchema.optional(),
  /** Template; steps of this type with an equal key are one for the cache. All resolved settings when absent. */
  cache_key: z.string().optional(),
  limit: stepLimitSchema.optional(),
  /** Higher first where steps wait for a place (0). */
  priority: z.int().min(-100).max(100).optional(),
  /** Labels a worker must announce to carry out runs with this step. */
  runs_on: z.array(z.string()).optional(),
  /** For the next reader. */
  note: z.string().optional(),
  /** A disabled step is skipped over: its value is null and its edges count as taken. */
  disabled: z.boolean().optional(),
  /** Containers only (`flow.map`, `flow.loop`, `flow.try` ...): the nested graph. */
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
  limits: runLimitsSchema.optional(),
  concurrency: pipelineConcurrencySchema.optional(),
  /** Higher first where runs wait for a worker (0). */
  priority: z.int().min(-100).max(100).optional(),
  steps: z.array(stepSchema),
  /** Any JSON with expressions, resolved after the run. */
  outputs: z.record(z.string(), z.json()).optional(),
  layout: layoutSchema.optional(),
  /** Kept beside the document; the YAML text has them as real comments. */
  comments: commentsSchema.optional(),
})

export type InputSpec = z.infer<typeof inputSpecSchema>
export type RetryPolicy = z.infer<typeof retrySchema>
export type StepLimit = z.infer<typeof stepLimitSchema>
export type RunLimits = z.infer<typeof runLimitsSchema>
export type PipelineConcurrency = z.infer<typeof pipelineConcurrencySchema>
export type ErrorPolicy = (typeof errorPolicies)[number]
export type Step = z.infer<typeof stepSchema>
export type Layout = z.infer<typeof layoutSchema>
export type Comments = z.infer<typeof commentsSchema>
export type PipelineDocument = z.infer<typeof pipelineDocumentSchema>
export type JsonValue = z.infer<ReturnType<typeof z.json>>
