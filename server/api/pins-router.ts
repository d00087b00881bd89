import { z } from 'zod'
import { idSchema } from './inputs.ts'
import { editorProcedure, router, scopedProcedure } from './trpc.ts'

const stepPathSchema = z.string().min(1).max(1_000)
const byPath = z.object({ pipelineId: idSchema, path: stepPathSchema })

/** Outputs pinned to steps of a draft. */
export const pinsRouter = router({
  list: scopedProcedure
    .input(z.object({ pipelineId: idSchema }))
    .query(({ ctx, input }) => ctx.services.pins.list(ctx.scope, input.pipelineId)),

  /** From a run's output (`from`), or a given value. */
  set: editorProcedure
    .input(
      z.union([
        byPath.extend({ from: z.object({ runId: idSchema, path: stepPathSchema }) }),
        byPath.extend({ value: z.json(), ports: z.array(z.string()).max(50).optional() }),
      ]),
    )
    .mutation(({ ctx, input }) => ctx.services.pins.set(ctx.scope, input)),

  remove: editorProcedure
    .input(byPath)
    .mutation(({ ctx, input }) => ctx.services.pins.remove(ctx.scope, input.pipelineId, input.path)),
})
