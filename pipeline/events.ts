import { z } from 'zod'
import type { ErrorInfo } from './errors.ts'

/**
 * The journal of a run. Facts only, in order; the state of a run is a fold over them, and everything people see of a
 * run (canvas, timeline, time travel) is a read of them. `path` is a step path: `load`, `each[3].mood`.
 */
const errorInfo = z.custom<ErrorInfo>((value) => typeof value === 'object' && value !== null && 'code' in value)

/** A value in the journal: itself when small, else a preview and the content hash under which the blob store has it. */
export const storedValueSchema = z.union([
  z.object({ value: z.json() }),
  z.object({
    blob: z.string(),
    bytes: z.int(),
    preview: z.json(),
    /** True lengths of the lists, texts and objects that the preview cuts, by dotted path (`rows`, `` for the whole). */
    lengths: z.record(z.string(), z.int()).optional(),
  }),
])

const path = z.string()
export const runEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run-started'), inputs: z.record(z.string(), z.json()) }),
  z.object({ type: z.literal('run-claimed'), epoch: z.int(), worker: z.string() }),
  z.object({ type: z.literal('step-started'), path, attempt: z.int(), inputs: z.json().optional() }),
  z.object({ type: z.literal('step-retried'), path, attempt: z.int(), error: errorInfo, resumeAt: z.int() }),
  z.object({
    type: z.literal('step-succeeded'),
    path,
    attempt: z.int(),
    output: storedValueSchema,
    ports: z.array(z.string()),
    durationMs: z.number(),
    cached: z.boolean().optional(),
    usage: z.json().optional(),
  }),
  z.object({
    type: z.literal('step-failed'),
    path,
    attempt: z.int(),
    error: errorInfo,
    durationMs: z.number(),
    /** Set when the policy lets the run go on (`continue` or `port`). */
    handled: z.boolean(),
    ports: z.array(z.string()),
  }),
  z.object({
    type: z.literal('step-skipped'),
    path,
    reason: z.enum(['branch-not-taken', 'upstream-skipped', 'disabled', 'run-ended']),
  }),
  z.object({ type: z.literal('step-cancelled'), path }),
  /** A container's items are known; the engine runs its body for each. */
  z.object({ type: z.literal('map-expanded'), path, items: storedValueSchema, count: z.int(), concurrency: z.int() }),
  /** One item of a container has ended; `path` is the item's, e.g. `each[3]`. An item has an output or an error. */
  z.object({
    type: z.literal('item-finished'),
    path,
    output: storedValueSchema.optional(),
    /** `error.step` is the path of the step that failed. */
    error: errorInfo.optional(),
  }),
  z.object({ type: z.literal('cancel-requested'), by: z.string() }),
  z.object({ type: z.literal('run-succeeded'), outputs: storedValueSchema, durationMs: z.number() }),
  z.object({ type: z.literal('run-failed'), error: errorInfo, durationMs: z.number() }),
  z.object({ type: z.literal('run-cancelled'), durationMs: z.number() }),
])

export type RunEvent = z.infer<typeof runEventSchema>
export type RunEventType = RunEvent['type']
export type StoredValue = z.infer<typeof storedValueSchema>

/** An event as the journal returns it: `seq` counts from 1 without gaps within a run; `at` is epoch milliseconds. */
export interface JournalEntry {
  seq: number
  at: number
  event: RunEvent
}

export const runStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type RunStatus = (typeof runStatuses)[number]
export const stepStatuses = [
  'idle',
  'queued',
  'running',
  'retrying',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
] as const
export type StepStatus = (typeof stepStatuses)[number]
