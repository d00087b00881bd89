import { router, scopedProcedure } from './trpc.ts'

export const workersRouter = router({
  /** The processes of the installation and what waits for them. */
  list: scopedProcedure.query(({ ctx }) => ctx.services.workers.list(ctx.scope)),
})
