import { tracked } from '@trpc/server'
import { z } from 'zod'
import { cursorSchema, documentOrYamlSchema, idSchema, nameSchema, pageSizeSchema, searchSchema } from './inputs.ts'
import { lastSeqOf } from './last-seq.ts'
import { editorProcedure, router, scopedProcedure } from './trpc.ts'
import { untilClosing } from './until-closing.ts'
import { withTrpcErrors } from './with-trpc-errors.ts'

const byId = z.object({ id: idSchema })
const updateSchema = z.base64().max(16_000_000)

const draftRouter = router({
  load: scopedProcedure.input(byId).query(({ ctx, input }) => ctx.services.drafts.load(ctx.scope, input.id)),

  push: editorProcedure
    .input(z.object({ id: idSchema, client: z.string().min(1).max(100), update: updateSchema }))
    .mutation(({ ctx, input }) => ctx.services.drafts.push(ctx.scope, input.id, input)),

  /** Other tabs' updates after `afterSeq` (or after the last one received, when the stream reconnects). */
  changes: scopedProcedure
    .input(z.object({ id: idSchema, afterSeq: z.int().min(0).default(0), lastEventId: z.string().nullish() }))
    .subscription(async function* ({ ctx, input, signal }) {
      const stop = untilClosing(ctx, signal)
      const afterSeq = lastSeqOf(input)
      for await (const change of withTrpcErrors(ctx.services.drafts.changes(ctx.scope, input.id, afterSeq, stop))) {
        yield tracked(String(change.seq), change)
      }
    }),
})

const versionsRouter = router({
  list: scopedProcedure.input(byId).query(({ ctx, input }) => ctx.services.versions.list(ctx.scope, input.id)),

  create: editorProcedure
    .input(z.object({ id: idSchema, message: z.string().trim().max(500).default('') }))
    .mutation(({ ctx, input }) => ctx.services.versions.create(ctx.scope, input.id, input.message)),

  get: scopedProcedure
    .input(z.object({ id: idSchema, number: z.int().min(1) }))
    .query(({ ctx, input }) => ctx.services.versions.get(ctx.scope, input.id, input.number)),
})

export const pipelinesRouter = router({
  list: scopedProcedure
    .input(z.object({ search: searchSchema, cursor: cursorSchema, limit: pageSizeSchema }).prefault({}))
    .query(({ ctx, input }) => ctx.services.pipelines.list(ctx.scope, { ...input, cursor: input.cursor ?? undefined })),

  get: scopedProcedure.input(byId).query(({ ctx, input }) => ctx.services.pipelines.get(ctx.scope, input.id)),

  create: editorProcedure
    .input(documentOrYamlSchema.extend({ name: nameSchema.optional() }).prefault({}))
    .mutation(({ ctx, input }) => ctx.services.pipelines.create(ctx.scope, input)),

  duplicate: editorProcedure
    .input(byId)
    .mutation(({ ctx, input }) => ctx.services.pipelines.duplicate(ctx.scope, input.id)),

  rename: editorProcedure
    .input(z.object({ id: idSchema, name: nameSchema }))
    .mutation(({ ctx, input }) => ctx.services.pipelines.rename(ctx.scope, input.id, input.name)),

  /** Soft: `restore` undoes it. */
  delete: editorProcedure.input(byId).mutation(({ ctx, input }) => ctx.services.pipelines.delete(ctx.scope, input.id)),

  restore: editorProcedure
    .input(byId)
    .mutation(({ ctx, input }) => ctx.services.pipelines.restore(ctx.scope, input.id)),

  validate: scopedProcedure
    .input(documentOrYamlSchema)
    .query(({ ctx, input }) => ctx.services.pipelines.validate(ctx.scope, input)),

  exportYaml: scopedProcedure
    .input(byId)
    .query(({ ctx, input }) => ctx.services.pipelines.exportYaml(ctx.scope, input.id)),

  draft: draftRouter,
  versions: versionsRouter,
})
