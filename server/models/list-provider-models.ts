import type { ResolvedConnection } from '#server/secrets/connection.ts'
import { providers } from './providers/providers.ts'
import { toProviderError } from './provider-error.ts'
import { createProviderFetch } from './provider-fetch.ts'
import { readModelList } from './read-model-list.ts'

/** The model ids a provider offers, by one GET of its list; throws `model-failed` with what to do. */
export async function listProviderModels(connection: ResolvedConnection, signal: AbortSignal): Promise<string[]> {
  const provider = providers[connection.provider]
  const request = provider.listRequest(connection)
  try {
    const response = await createProviderFetch(request.baseUrl)(request.url, { headers: request.headers, signal })
    return await readModelList(response)
  } catch (error) {
    throw toProviderError(error, { connection })
  }
}
