import type { ConnectionTest, ResolvedConnection } from '#server/secrets/connection.ts'
import { toErrorInfo } from '#pipeline/errors.ts'
import { listProviderModels } from './list-provider-models.ts'

const timeoutMs = 10_000

/** Asks the provider for its list of models, which costs nothing, and says in a sentence what came of it. */
export async function testConnection(connection: ResolvedConnection): Promise<ConnectionTest> {
  const started = performance.now()
  const durationMs = () => Math.round(performance.now() - started)
  try {
    const models = await listProviderModels(connection, AbortSignal.timeout(timeoutMs))
    const count = models.length === 1 ? '1 model' : `${models.length} models`
    return { ok: true, message: `Connected: ${count} available.`, models: models.length, durationMs: durationMs() }
  } catch (error) {
    const { message, fix } = toErrorInfo(error)
    return { ok: false, message: fix ? `${message}. ${fix}` : message, durationMs: durationMs() }
  }
}
