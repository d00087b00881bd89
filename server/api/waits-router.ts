import { z } from 'zod'
import { waitAnswerSchema } from '#pipeline/wait-details.ts'
import { cursorSchema, idSchema, pageSizeSchema, searchSchema } from './inputs.ts'
import { publicProcedure, router, runnerProcedure, scopedProcedure } from './trpc.ts'
import { untilClosing } from './until-closing.ts'
import { withTrpcErrors } from './with-trpc-errors.ts'

const byWaitId = z.object({ id: idSchema })
/** A token is the right to see and answer one question; who asks does not matter. */
const byToken = z.object({ token: z.string().min(1).max(200) })
const filterSchema = z
  .object({ pipelineId: idSchema.optional(), runId: idSchema.optional(), search: searchSchema })
  .prefault({})

export const waitsRouter = router({
  /** Open approvals and forms, oldest first. */
  list: scopedProcedure
    .input(filterSchema.unwrap().extend({ cursor: cursorSchema, limit: pageSizeSchema }).prefault({}))
    .query(({ ctx, input }) => ctx.services.waits.list(ctx.scope, { ...input, cursor: input.cursor ?? undefined })),

  get: scopedProcedure.input(byWaitId).query(({ ctx, input }) => ctx.services.waits.get(ctx.scope, input.id)),

  /** `not-waiting` when somebody was faster; form values that do not fit are an `input-invalid` with `details.problems`. */
  answer: runnerProcedure
    .input(byWaitId.extend({ answer: waitAnswerSchema }))
    .mutation(({ ctx, input }) => ctx.services.waits.answer(ctx.scope, input.id, input.answer)),

  /** A question that has ended says how; an unknown token is `not-found`. */
  byToken: publicProcedure.input(byToken).query(({ ctx, input }) => ctx.services.waits.byToken(input.token)),

  /** Like `answer`; `name` is what the person calls themselves. */
  answerByToken: publicProcedure
    .input(byToken.extend({ answer: waitAnswerSchema, name: z.string().trim().max(200).optional() }))
    .mutation(({ ctx, input }) => ctx.services.waits.answerByToken(input.token, input.answer, input.name)),

  sendEvent: runnerProcedure
    .input(
      z.object({
        name: z.string().trim().min(1).max(200),
        key: z.string().max(500).optional(),
        payload: z.json().optional(),
        /** Sent twice under one id it is one event. */
        id: idSchema.optional(),
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.waits.sendEvent(ctx.scope, input)),

  /** How many questions are open: at once, and whenever that may have changed; lists read again then. */
  changes: scopedProcedure.input(filterSchema).subscription(async function* ({ ctx, input, signal }) {
    yield* withTrpcErrors(ctx.services.waits.changes(ctx.scope, input, untilClosing(ctx, signal)))
  }),
})
