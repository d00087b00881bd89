import { z } from 'zod'
import { connectionInputSchema } from '#server/secrets/connection-input.ts'
import { settingsChangeSchema } from '#server/workspaces/settings-records.ts'
import { filePathSchema, nameSchema } from './inputs.ts'
import { editorProcedure, ownerProcedure, router, scopedProcedure } from './trpc.ts'

/** Bytes go over HTTP: GET and PUT `/api/files/<path>`. */
export const filesRouter = router({
  list: scopedProcedure
    .input(z.object({ prefix: z.string().max(1000).optional() }).prefault({}))
    .query(({ ctx, input }) => ctx.services.files.list(ctx.scope, input.prefix)),

  delete: editorProcedure
    .input(z.object({ path: filePathSchema }))
    .mutation(({ ctx, input }) => ctx.services.files.delete(ctx.scope, input.path)),

  rename: editorProcedure
    .input(z.object({ from: filePathSchema, to: filePathSchema }))
    .mutation(({ ctx, input }) => ctx.services.files.rename(ctx.scope, input.from, input.to)),
})

const byName = z.object({ name: nameSchema })

const connectionsRouter = router({
  list: scopedProcedure.query(({ ctx }) => ctx.services.connections.list(ctx.scope)),

  /** Without `secret` the stored one stays; null removes it. */
  save: editorProcedure
    .input(connectionInputSchema)
    .mutation(({ ctx, input }) => ctx.services.connections.save(ctx.scope, input)),

  remove: editorProcedure
    .input(byName)
    .mutation(({ ctx, input }) => ctx.services.connections.remove(ctx.scope, input.name)),

  /** One cheap call with a stored connection (`name`) or with settings that are not saved yet (`connection`). */
  test: editorProcedure
    .input(z.union([byName, z.object({ connection: connectionInputSchema })]))
    .mutation(({ ctx, input }) =>
      ctx.services.connections.test(ctx.scope, 'name' in input ? input.name : input.connection),
    ),
})

export const settingsRouter = router({
  get: scopedProcedure.query(({ ctx }) => ctx.services.settings.get(ctx.scope)),

  update: ownerProcedure
    .input(z.object({ name: nameSchema.optional(), settings: settingsChangeSchema.optional() }))
    .mutation(({ ctx, input }) => ctx.services.settings.update(ctx.scope, input)),

  connections: connectionsRouter,

  /** Rules, numbers and the last sweep; the rules are changed with `update({ settings: { retention } })`. */
  retention: scopedProcedure.query(({ ctx }) => ctx.services.retention.report(ctx.scope)),

  /** Deletes now what the rules say, instead of within the hour. */
  sweep: ownerProcedure.mutation(({ ctx }) => ctx.services.retention.sweep(ctx.scope)),

  models: router({
    /** `refresh` asks providers and local ports again. */
    list: scopedProcedure
      .input(z.object({ refresh: z.boolean().default(false) }).prefault({}))
      .query(({ ctx, input }) => ctx.services.models.list(ctx.scope, input)),
  }),
})

export const stepsRouter = router({
  /** Every installed step type as plain JSON. */
  manifests: scopedProcedure.query(({ ctx }) => ctx.services.steps.manifests()),
})

export const systemRouter = router({
  info: scopedProcedure.query(({ ctx }) => ctx.services.system.info(ctx.scope)),
})
