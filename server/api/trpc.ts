import { initTRPC } from '@trpc/server'
import { OrchestratorError, type ErrorInfo } from '#pipeline/errors.ts'
import { can, type Action } from '#server/auth/can.ts'
import type { Scope } from '#server/auth/scope.ts'
import { toTrpcError } from './error-mapping.ts'
import type { Services } from '#server/services.ts'

/** What every procedure gets: who asks, and the services. `closing` aborts when the server is going down. */
export interface ApiContext {
  scope: Scope
  services: Services
  closing: AbortSignal
}

const trpc = initTRPC.context<ApiContext>().create({
  sse: {
    // Proxies and browsers drop silent streams; the client reconnects when it has heard nothing for a while.
    ping: { enabled: true, intervalMs: 15_000 },
    client: { reconnectAfterInactivityMs: 40_000 },
  },
  errorFormatter({ shape, error }) {
    const orchestrator: ErrorInfo | null = error.cause instanceof OrchestratorError ? error.cause.info : null
    // Stack traces name paths of this machine, and people can do nothing with them.
    const { stack: _stack, ...data } = shape.data
    return { ...shape, data: { ...data, orchestrator } }
  },
})

export const router = trpc.router

const mapErrors = trpc.middleware(async ({ next }) => {
  const result = await next()
  if (!result.ok) throw toTrpcError(result.error)
  return result
})

/** For whoever knows the token it asks for: no account, no role. */
export const publicProcedure = trpc.procedure.use(mapErrors)

const procedureFor = (action: Action) =>
  trpc.procedure.use(mapErrors).use(({ ctx, next, path }) => {
    if (!can(ctx.scope, action)) {
      throw new OrchestratorError('not-allowed', `Your role (${ctx.scope.role}) does not allow ${path}.`)
    }
    return next()
  })

/** For everyone in the workspace. */
export const scopedProcedure = procedureFor('read')
/** For those who may change pipelines and files. */
export const editorProcedure = procedureFor('edit')
/** For those who may start and stop runs. */
export const runnerProcedure = procedureFor('run')
/** For those who may see and change settings and credentials. */
export const ownerProcedure = procedureFor('administer')
