import { calcPrice, findProvider, type ModelInfo as PricedModel, type Provider } from '@pydantic/genai-prices'
import type { ResolvedConnection } from '#server/secrets/connection.ts'
import { providers } from './providers/providers.ts'

/** Tokens of one answer; cached input is part of `inputTokens`. */
export interface TokenCounts {
  inputTokens: number
  outputTokens: number
  cacheReadTokens?: number | undefined
  cacheWriteTokens?: number | undefined
}

type Priced = Pick<ResolvedConnection, 'provider' | 'baseUrl'>

// A compatible endpoint is priced by its address (openrouter.ai, api.groq.com ...); a private proxy has no known price.
const optionsFor = ({ provider, baseUrl }: Priced): { providerId: string } | { providerApiUrl: string } | null => {
  const { priceId } = providers[provider]
  if (priceId) return { providerId: priceId }
  return baseUrl ? { providerApiUrl: baseUrl } : null
}

/** US dollars by the prices that ship with the product; null where the model or the endpoint has no known price. */
export function computeCostUsd(connection: Priced, model: string, tokens: TokenCounts): number | null {
  const options = optionsFor(connection)
  if (!options) return null
  try {
    const usage = {
      input_tokens: tokens.inputTokens,
      output_tokens: tokens.outputTokens,
      ...(tokens.cacheReadTokens ? { cache_read_tokens: tokens.cacheReadTokens } : {}),
      ...(tokens.cacheWriteTokens ? { cache_write_tokens: tokens.cacheWriteTokens } : {}),
    }
    return calcPrice(usage, model, options)?.total_price ?? null
  } catch {
    // It throws where the counts do not fit together; an unknown cost must not fail the step.
    return null
  }
}

/** Dollars per million tokens each way, before discounts for cached input; null where not known. */
export function findPrice(connection: Priced, model: string) {
  const perMillion = (tokens: TokenCounts) => computeCostUsd(connection, model, tokens)
  // Asked for one token: prices with tiers rise with the size of a request, and the first tier is what people compare.
  const input = perMillion({ inputTokens: 1, outputTokens: 0 })
  const output = perMillion({ inputTokens: 0, outputTokens: 1 })
  const round = (dollars: number) => Number((dollars * 1e6).toPrecision(6))
  return input === null || output === null ? null : { inputPerMillion: round(input), outputPerMillion: round(output) }
}

/** What the price list says of a model; undefined where it is not in it. */
export function findPricedModel(connection: Priced, model: string): PricedModel | undefined {
  const options = optionsFor(connection)
  if (!options) return undefined
  try {
    return calcPrice({ input_tokens: 1 }, model, options)?.model
  } catch {
    return undefined
  }
}

/** Which of our providers makes the model of that bare name (`gpt-4o` -> openai); undefined where none is known to. */
export function guessProvider(model: string): 'openai' | 'anthropic' | 'google' | undefined {
  const maker: Provider | undefined = findProvider({ modelId: model })
  return maker?.id === 'openai' || maker?.id === 'anthropic' || maker?.id === 'google' ? maker.id : undefined
}

/** Model ids of the price list, for when the provider's own list cannot be had. */
export function listPricedModels(connection: Priced): string[] {
  const options = optionsFor(connection)
  const provider = options && 'providerId' in options ? findProvider(options) : undefined
  return provider?.models.filter((model) => !model.deprecated).map((model) => model.id) ?? []
}
