import { tracked } from '@trpc/server'
import { z } from 'zod'
import { runStatuses } from '#pipeline/events.ts'
import { cursorSchema, idSchema, pageSizeSchema, searchSchema } from './inputs.ts'
import { lastSeqOf } from './last-seq.ts'
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
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.runs.start(ctx.scope, { ...input, trigger: 'manual' })),

  cancel: runnerProcedure.input(byRunId).mutation(({ ctx, input }) => ctx.services.runs.cancel(ctx.scope, input.runId)),

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

  list: scopedProcedure
    .input(
      z
        .object({
          pipelineId: idSchema.optional(),
          status: z.array(z.enum(runStatuses)).max(runStatuses.length).optional(),
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
