import { createTRPCClient, httpLink, type TRPCClient, TRPCClientError, unstable_localLink } from '@trpc/client'
import { type ErrorInfo, OrchestratorError } from '#pipeline/errors.ts'
import type { AppRouter } from '#server/api/router.ts'
import type { AppServerOptions } from '#server/app-server.ts'
import { localScope } from '#server/auth/scope.ts'
import { readEnvironment } from '#server/read-environment.ts'

export type Api = TRPCClient<AppRouter>

/**
 * Gives a command the API: that of the server at ORCHESTRATOR_URL, else the database itself; where the server holds the
 * embedded database, that server's, on this machine. Throws what the API says as an OrchestratorError.
 */
export async function withApi<Result>(work: (api: Api) => Promise<Result>): Promise<Result> {
  const { dataDir, databaseUrl, port } = readEnvironment(process.env)
  const url = process.env.ORCHESTRATOR_URL?.trim()
  if (url) return askServer(url, work)
  try {
    return await askDatabase({ dataDir, ...(databaseUrl ? { databaseUrl } : {}), role: 'web' }, work)
  } catch (error) {
    const isHeld = error instanceof OrchestratorError && error.code === 'directory-in-use'
    if (!isHeld) throw error
    return askServer(`http://localhost:${port}`, work, error)
  }
}

/** `held` is why the database was not asked: what to say when no server answers either. */
async function askServer<Result>(
  address: string,
  work: (api: Api) => Promise<Result>,
  held?: OrchestratorError,
): Promise<Result> {
  const url = `${address.replace(/\/+$/, '')}/api/trpc`
  return withOurErrors(() => work(createTRPCClient<AppRouter>({ links: [httpLink({ url })] })), address, held)
}

async function askDatabase<Result>(options: AppServerOptions, work: (api: Api) => Promise<Result>): Promise<Result> {
  const [{ openAppServer }, { appRouter }] = await Promise.all([
    import('#server/app-server.ts'),
    import('#server/api/router.ts'),
  ])
  const app = await openAppServer(options)
  const closing = new AbortController()
  const createContext = async () => ({ scope: localScope, services: app.services, closing: closing.signal })
  try {
    const link = unstable_localLink({ router: appRouter, createContext })
    return await withOurErrors(() => work(createTRPCClient<AppRouter>({ links: [link] })), null)
  } finally {
    closing.abort()
    await app.close()
  }
}

/** What the API said as an error of ours; no answer at all says where it was looked for. */
async function withOurErrors<Result>(
  work: () => Promise<Result>,
  address: string | null,
  held?: OrchestratorError,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error
    const info = (error.data as { orchestrator?: ErrorInfo | null } | undefined)?.orchestrator
    if (info) {
      const { code, message, ...place } = info
      throw new OrchestratorError(code, message, place)
    }
    if (error.data || address === null) throw new OrchestratorError('internal', error.message, { cause: error })
    if (held) throw held
    throw new OrchestratorError('invalid-request', `No server answers at ${address}.`, {
      fix: 'Say where it is: ORCHESTRATOR_URL=http://localhost:3000',
      cause: error,
    })
  }
}
