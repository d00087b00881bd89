import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import { runOptionsSchema, type RunOptions } from '#pipeline/run-options.ts'
import type { Scope } from '#server/auth/scope.ts'

/** What a caller may ask of a new run: run options, with pinned outputs as plain values. */
export const startOptionsSchema = runOptionsSchema.omit({ pins: true }).extend({
  /** Outputs that stand in for steps, by document path. */
  pins: z.record(z.string(), z.object({ value: z.json(), ports: z.array(z.string()).optional() })).optional(),
})
export type StartOptions = z.infer<typeof startOptionsSchema>

/** A run that was started. `existing`: a run with the same idempotency key was there before, this is that one. */
export interface StartedRun {
  runId: string
  existing?: boolean
}

/** Which document a re-run takes: that of the run; the newest version (of a run of the draft: the draft); the draft. */
export const rerunTargets = ['same', 'latest', 'draft'] as const
export type RerunTarget = (typeof rerunTargets)[number]

/** How a paused run goes on: on its own, or with one step after which it pauses again. */
export const resumeModes = ['continue', 'step'] as const
export type ResumeMode = (typeof resumeModes)[number]

export type Breakpoint = NonNullable<RunOptions['breakpoints']>[number]

/** Control over runs, all of it reads and commands over the journal. A foreign or missing id is `not-found` everywhere. */
export interface RunControl {
  /**
   * A new run of the same document with the same inputs that carries out what failed and what never came to its turn; everything
   * else is reused. Of a run that succeeded: the items that failed in its maps. `conflict` while the run goes on,
   * `invalid-request` when there is nothing to retry.
   */
  retry(scope: Scope, runId: string): Promise<StartedRun>
  /**
   * A new run that carries out the step (a run path such as `each[3].mood`) and what comes after it. Everything else is reused,
   * except steps that have changed since, where the run takes another document, and what comes after those.
   */
  rerunFrom(
    scope: Scope,
    request: { runId: string; path: string; on: RerunTarget; inputs?: Record<string, unknown> | undefined },
  ): Promise<StartedRun>
  /** A run of the draft from its start up to a step (`each.mood`, `each[3].mood`), with inputs of the latest run where none are given. */
  runTo(
    scope: Scope,
    request: { pipelineId: string; path: string; inputs?: Record<string, unknown> | undefined },
  ): Promise<StartedRun>
  /**
   * Carries out one step of the draft, with its settings or these instead. What is before it comes from pins and the latest run;
   * what has never run, or has changed since, runs too.
   */
  runStep(
    scope: Scope,
    request: {
      pipelineId: string
      path: string
      with?: Record<string, JsonValue> | undefined
      inputs?: Record<string, unknown> | undefined
    },
  ): Promise<StartedRun>
  /** Nothing more starts; steps in flight go on to their end. `conflict` once the run has ended. */
  pause(scope: Scope, runId: string): Promise<void>
  resume(scope: Scope, runId: string, mode: ResumeMode): Promise<void>
  /** Replaces the output of a finished step of a paused run, for the steps after it. */
  editValue(scope: Scope, request: { runId: string; path: string; value: JsonValue }): Promise<void>
  /** Replaces the breakpoints of a run that has not ended. */
  setBreakpoints(scope: Scope, runId: string, breakpoints: Breakpoint[]): Promise<void>
}

/** An output that stands in for a step of a draft. */
export interface Pin {
  /** Document path, `each.mood`. */
  path: string
  /** The value, shortened when it is large. */
  value: JsonValue
  isPreview: boolean
  ports: string[]
  createdBy: string
  createdAt: string
}

/** Pinned outputs of a pipeline's draft: its runs use them instead of carrying the steps out. */
export interface PinService {
  list(scope: Scope, pipelineId: string): Promise<Pin[]>
  /** Pins what a step of a run gave out (`from`, a run path), or a value. Replaces the pin of that path. */
  set(
    scope: Scope,
    request: { pipelineId: string; path: string } & (
      | { from: { runId: string; path: string } }
      | { value: JsonValue; ports?: string[] | undefined }
    ),
  ): Promise<Pin>
  remove(scope: Scope, pipelineId: string, path: string): Promise<void>
}
