import { tracked } from '@trpc/server'
import { z } from 'zod'
import { runStatuses } from '#pipeline/events.ts'
import { startOptionsSchema } from '#server/runs/control-records.ts'
import { cursorSchema, idSchema, pageSizeSchema, searchSchema } from './inputs.ts'
import { lastSeqOf } from './last-seq.ts'
import { runControlProcedures } from './run-control-procedures.ts'
import { router, runnerProcedure, scopedProcedure } from './trpc.ts'
import { untilClosing } from './until-closing.ts'
import { withTrpcErrors } from './with-trpc-errors.ts'

const byRunId = z.object({ runId: idSchema })

export const runsRouter = router({
  start: runnerProcedure
    .input(
      z.object({
        pipelineId: idSchema,
        inputs: z.record(z.string(), z.json()).default({}),
        versionNumber: z.int().min(1).optional(),
        kind: z.enum(['run', 'preview']).default('run'),
        options: startOptionsSchema.optional(),
        idempotencyKey: z.string().min(1).max(200).optional(),
        priority: z.int().min(-100).max(100).optional(),
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.runs.start(ctx.scope, { ...input, trigger: 'manual' })),

  cancel: runnerProcedure.input(byRunId).mutation(({ ctx, input }) => ctx.services.runs.cancel(ctx.scope, input.runId)),

  ...runControlProcedures,

  get: scopedProcedure.input(byRunId).query(({ ctx, input }) => ctx.services.runs.get(ctx.scope, input.runId)),

  entries: scopedProcedure
    .input(
      z.object({
        runId: idSchema,
        afterSeq: z.int().min(0).default(0),
        limit: z.int().min(1).max(5_000).default(1_000),
      }),
    )
    .query(({ ctx, input }) => ctx.services.runs.entries(ctx.scope, input.runId, input.afterSeq, input.limit)),

  /** The run as its first screen shows it; follow `events` after its `seq`. */
  view: scopedProcedure.input(byRunId).query(({ ctx, input }) => ctx.services.runs.view(ctx.scope, input.runId)),

  /** An item of a spread map has its steps in another run: its entries and values are asked of that one. */
  partOf: scopedProcedure
    .input(z.object({ runId: idSchema, path: z.string().min(1).max(500) }))
    .query(({ ctx, input }) => ctx.services.runs.partOf(ctx.scope, input.runId, input.path)),

  /** Items of a map, turns of a loop: a page of them with their steps. */
  items: scopedProcedure
    .input(
      z.object({
        runId: idSchema,
        path: z.string().min(1).max(500),
        from: z.int().min(0).default(0),
        limit: z.int().min(1).max(200).default(50),
        status: z.enum(['running', 'succeeded', 'failed', 'cancelled']).optional(),
      }),
    )
    .query(({ ctx, input: { runId, ...range } }) => ctx.services.runs.items(ctx.scope, runId, range)),

  /** Retention leaves a kept run alone. */
  keep: runnerProcedure
    .input(z.object({ runId: idSchema, keep: z.boolean() }))
    .mutation(({ ctx, input }) => ctx.services.runs.keep(ctx.scope, input.runId, input.keep)),

  list: scopedProcedure
    .input(
      z
        .object({
          pipelineId: idSchema.optional(),
          status: z.array(z.enum(runStatuses)).max(runStatuses.length).optional(),
          trigger: z
            .array(z.enum(['manual', 'cli', 'api', 'schedule']))
            .max(10)
            .optional(),
          sourceRunId: idSchema.optional(),
          keep: z.boolean().optional(),
          since: z.iso.datetime().optional(),
          before: z.iso.datetime().optional(),
          search: searchSchema,
          cursor: cursorSchema,
          limit: pageSizeSchema,
        })
        .prefault({}),
    )
    .query(({ ctx, input }) => ctx.services.runs.list(ctx.scope, { ...input, cursor: input.cursor ?? undefined })),

  /** Events have the journal's number as their id, so a reconnect goes on exactly after the last one received. */
  events: scopedProcedure
    .input(z.object({ runId: idSchema, afterSeq: z.int().min(0).default(0), lastEventId: z.string().nullish() }))
    .subscription(async function* ({ ctx, input, signal }) {
      let seq = lastSeqOf(input)
      const stop = untilClosing(ctx, signal)
      for await (const message of withTrpcErrors(ctx.services.runs.watch(ctx.scope, input.runId, seq, stop))) {
        if (message.kind === 'event') seq = message.entry.seq
        // A delta carries the number of the event before it: it must not move the place to go on from.
        yield tracked(String(seq), message)
      }
    }),

  changes: scopedProcedure.subscription(async function* ({ ctx, signal }) {
    yield* withTrpcErrors(ctx.services.runs.changes(ctx.scope, untilClosing(ctx, signal)))
  }),

  /** The whole output of a step, or with an empty path the outputs of the run; events carry only a preview of large ones. */
  value: scopedProcedure
    .input(z.object({ runId: idSchema, path: z.string().max(500) }))
    .query(({ ctx, input }) => ctx.services.runs.value(ctx.scope, input.runId, input.path)),
})
