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

/** What a parked step waits for. */
export const waitSchema = z.object({
  /** Given by the engine: an answer names the wait it is for, so that it cannot end a later one of the same step. */
  id: z.string().optional(),
  kind: z.enum(['time', 'event', 'approval', 'form']),
  /** Epoch milliseconds: a `time` wait is over then, the others time out; absent: no limit. */
  until: z.int().optional(),
  /** Of an `event`: its name and the key it must carry. */
  event: z.string().optional(),
  key: z.string().optional(),
  /** For people: what is asked of them. */
  title: z.string().optional(),
  /** What the page shows and asks: text, the value to approve, the JSON Schema of a form. */
  details: z.json().optional(),
})

/** What ended a wait. `timed-out` is ours; the rest comes from outside and says from whom. */
export const answerSchema = z.object({
  kind: z.enum(['due', 'timed-out', 'event', 'approved', 'rejected', 'submitted']),
  value: z.json().optional(),
  reason: z.string().optional(),
  /** Member id or e-mail of who answered. */
  by: z.string().optional(),
  /** Epoch milliseconds. */
  at: z.int(),
})

const path = z.string()
const attempt = z.int()
/**
 * Why a step did not run. `run-ended`: its graph failed, was cancelled or stopped before; `not-needed`: the run was asked for
 * other steps only; `lost-race`: another edge won the merge it led to.
 */
export const skipReasons = [
  'branch-not-taken',
  'upstream-skipped',
  'disabled',
  'run-ended',
  'not-needed',
  'lost-race',
] as const
export type SkipReason = (typeof skipReasons)[number]

export const runEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run-started'),
    inputs: z.record(z.string(), z.json()),
    /** The run whose outputs this one may reuse. */
    source: z.string().optional(),
  }),
  z.object({ type: z.literal('run-claimed'), epoch: z.int(), worker: z.string() }),
  z.object({ type: z.literal('step-started'), path, attempt: z.int(), inputs: z.json().optional() }),
  /** The step has to wait for a place at the limit it shares with others under this key. Told once per attempt, before `step-started`. */
  z.object({ type: z.literal('step-held'), path, attempt, limit: z.string() }),
  z.object({
    type: z.literal('step-retried'),
    path,
    attempt: z.int(),
    error: errorInfo,
    resumeAt: z.int(),
    /** No attempt is left: the next one carries out the step's `fallback`. */
    fallback: z.boolean().optional(),
    usage: z.json().optional(),
  }),
  z.object({
    type: z.literal('step-succeeded'),
    path,
    attempt: z.int(),
    output: storedValueSchema,
    ports: z.array(z.string()),
    durationMs: z.number(),
    cached: z.boolean().optional(),
    /** Not carried out: the output is that of an earlier run, or pinned by a person. */
    reused: z.enum(['run', 'pin']).optional(),
    /** The output is that of the step's `fallback`, after this error. */
    fallback: errorInfo.optional(),
    /** `container`: the nearest map or loop around it begins nothing more (flow.break); `run`: the run ends here as a success (flow.stop). */
    ends: z.enum(['container', 'run']).optional(),
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
    /** What models were asked for although nothing came of it. */
    usage: z.json().optional(),
    /** What the step is worth to others when the policy is to go on with a value. */
    output: storedValueSchema.optional(),
    /** Not carried out: it is the failure of an earlier run, with which its graph went on. */
    reused: z.literal('run').optional(),
  }),
  z.object({
    type: z.literal('step-skipped'),
    path,
    reason: z.enum(skipReasons),
  }),
  z.object({ type: z.literal('step-cancelled'), path }),
  /** The step waits for a time, an event or a person. Nothing of it is in memory until `step-succeeded` or `step-failed`. */
  z.object({ type: z.literal('step-parked'), path, attempt, wait: waitSchema }),
  /** A streaming step handed on items `from` to `from + count`, before it has ended; `items` is a list. */
  z.object({ type: z.literal('step-yielded'), path, attempt, from: z.int(), count: z.int(), items: storedValueSchema }),
  /**
   * A container's items are known; the engine runs its body for each. A map of a stream has `stream` (the path of the step
   * that yields them) and a count of 0: items are those of the stream as they come.
   */
  z.object({
    type: z.literal('map-expanded'),
    path,
    items: storedValueSchema,
    count: z.int(),
    concurrency: z.int(),
    /** A body run gets a list of up to this many items. */
    batch: z.int().optional(),
    /** `collect` (when absent): failed items are listed; `drop`: they are left out of the results; `fail`: the first fails the map. */
    itemErrors: z.enum(['collect', 'drop', 'fail']).optional(),
    /** False: results of items are not kept. */
    keep: z.boolean().optional(),
    stream: z.string().optional(),
    /** Set when the items are spread over child runs, this many items each. */
    partSize: z.int().optional(),
  }),
  /** A part of a spread map, carried out by the child run `runId`, has ended. */
  z.object({
    type: z.literal('part-finished'),
    path,
    runId: z.string(),
    from: z.int(),
    count: z.int(),
    /** A list with an output, or null, per item. */
    outputs: storedValueSchema,
    errors: z.array(z.object({ index: z.int(), error: errorInfo })),
    /** What the child run has done, for the counters of this one. */
    stepsDone: z.int().optional(),
    stepsFailed: z.int().optional(),
    costUsd: z.number().optional(),
  }),
  /** A loop begins (or, at `index`, goes on after a crash) with this state; its first body run is `path[0]`. */
  z.object({ type: z.literal('loop-entered'), path, state: storedValueSchema, limit: z.int() }),
  /** A container whose body runs once begins (try, catch, finally, a called pipeline): its steps are `path.step`. */
  z.object({
    type: z.literal('body-entered'),
    path,
    /** Of a called pipeline: its inputs. */
    inputs: z.record(z.string(), z.json()).optional(),
  }),
  /**
   * One body run of a container has ended; `path` is the item's, e.g. `each[3]`, or the container's own where the body runs
   * once. An item has an output or an error.
   */
  z.object({
    type: z.literal('item-finished'),
    path,
    output: storedValueSchema.optional(),
    /** `error.step` is the path of the step that failed. */
    error: errorInfo.optional(),
    /** Of a loop: the state after this turn, and whether there is another turn. */
    state: storedValueSchema.optional(),
    again: z.boolean().optional(),
    /** Of a map: nothing more is begun. */
    stop: z.boolean().optional(),
  }),
  /** A container has failed (timeout, an item under `fail`, a limit) while its body was at work; it ends once that has wound down. */
  z.object({ type: z.literal('step-failing'), path, attempt, error: errorInfo }),
  /** Nothing more starts until `run-resumed`; what is in flight goes on. `path`: the step that stands at a breakpoint. */
  z.object({
    type: z.literal('run-paused'),
    path: path.optional(),
    reason: z.enum(['asked', 'breakpoint', 'step-through']),
    by: z.string().optional(),
  }),
  /** `step`: one step starts, then the run pauses again. */
  z.object({ type: z.literal('run-resumed'), mode: z.enum(['continue', 'step']), by: z.string() }),
  /** Somebody changed the output of a finished step while the run was paused. */
  z.object({ type: z.literal('value-edited'), path, output: storedValueSchema, by: z.string() }),
  /** The run reached one of its own limits (time, steps, cost): it winds down and fails. */
  z.object({ type: z.literal('limit-reached'), error: errorInfo }),
  z.object({ type: z.literal('cancel-requested'), by: z.string() }),
  z.object({ type: z.literal('run-succeeded'), outputs: storedValueSchema, durationMs: z.number() }),
  z.object({ type: z.literal('run-failed'), error: errorInfo, durationMs: z.number() }),
  z.object({ type: z.literal('run-cancelled'), durationMs: z.number() }),
])

export type RunEvent = z.infer<typeof runEventSchema>
export type RunEventType = RunEvent['type']
export type Wait = z.infer<typeof waitSchema>
export type Answer = z.infer<typeof answerSchema>
export type StoredValue = z.infer<typeof storedValueSchema>

/** An event as the journal returns it: `seq` counts from 1 without gaps within a run; `at` is epoch milliseconds. */
export interface JournalEntry {
  seq: number
  at: number
  event: RunEvent
}

/** `waiting`: every open step is parked, no worker holds the run; `paused`: a person or a breakpoint holds it. */
export const runStatuses = ['queued', 'running', 'waiting', 'paused', 'succeeded', 'failed', 'cancelled'] as const
export type RunStatus = (typeof runStatuses)[number]
export const stepStatuses = [
  'idle',
  'queued',
  'running',
  'retrying',
  /** Parked: for a time, an event or a person. */
  'waiting',
  /** At a breakpoint. */
  'paused',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
] as const
export type StepStatus = (typeof stepStatuses)[number]
