import { jsonSchema, NoOutputGeneratedError, Output, streamText } from 'ai'
import type { GenerateRequest, GenerateResult } from '#server/steps/define-step.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { computeCostUsd } from './cost.ts'
import { toProviderError } from './provider-error.ts'
import { providers } from './providers/providers.ts'
import { readObject } from './read-object.ts'
import type { ResolvedModel } from './resolve-model.ts'

// The SDK writes warnings ("temperature is not supported ...") to the console; a server has better places.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })

function instructionsOf({ system, schema }: GenerateRequest, repeatSchema: boolean): string | undefined {
  if (!schema || !repeatSchema) return system || undefined
  const rule = `Answer with JSON only, without any other text, that fits this JSON Schema:\n${JSON.stringify(schema)}`
  return system ? `${system}\n\n${rule}` : rule
}

/** Reads the stream to its end, passing on text; the SDK reports errors as parts of the stream. */
async function readStream(result: { stream: AsyncIterable<StreamPart> }, onText: (delta: string) => void) {
  let text = ''
  for await (const part of result.stream) {
    if (part.type === 'text-delta') {
      text += part.text
      onText(part.text)
    } else if (part.type === 'error') throw part.error
    else if (part.type === 'abort') throw new DOMException('The request was aborted', 'AbortError')
  }
  return text
}
type StreamPart = ReturnType<typeof streamText>['stream'] extends AsyncIterable<infer Part> ? Part : never

/**
 * One answer of a model, streamed. With a schema the answer is a checked object. Retrying is the engine's business
 * (`retryable` says whether it helps): the SDK's own retries would hide attempts from the journal.
 */
export async function generate(
  { endpoint, id }: ResolvedModel,
  request: GenerateRequest,
  onText: (delta: string) => void,
): Promise<GenerateResult> {
  const { connection, local } = endpoint
  const provider = providers[connection.provider]
  if (provider.needsKey && !connection.apiKey) {
    throw new OrchestratorError('model-missing', `The connection "${connection.name}" has no key`, {
      fix: `Add an API key for ${provider.title} in Settings > Connections.`,
      retryable: false,
      details: { action: 'open-settings', provider: connection.provider },
    })
  }
  const { schema } = request
  const instructions = instructionsOf(request, provider.repeatSchemaInPrompt)
  const providerOptions = schema && provider.schemaOptions?.(schema)
  try {
    const result = streamText({
      model: provider.languageModel(connection, id),
      prompt: request.prompt,
      ...(instructions ? { instructions } : {}),
      ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
      ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
      ...(schema ? { output: Output.object({ schema: jsonSchema(schema) }) } : {}),
      ...(providerOptions ? { providerOptions } : {}),
      ...(request.signal ? { abortSignal: request.signal } : {}),
      maxRetries: 0,
      onError: () => undefined,
    })
    const text = await readStream(result, onText)
    const [tokens, finishReason] = await Promise.all([result.usage, result.finishReason])
    const counts = {
      inputTokens: tokens.inputTokens ?? 0,
      outputTokens: tokens.outputTokens ?? 0,
      cacheReadTokens: tokens.inputTokenDetails.cacheReadTokens,
      cacheWriteTokens: tokens.inputTokenDetails.cacheWriteTokens,
    }
    const isCounted = tokens.inputTokens !== undefined || tokens.outputTokens !== undefined
    const usage = {
      model: id,
      provider: connection.name,
      inputTokens: counts.inputTokens,
      outputTokens: counts.outputTokens,
      costUsd: local ? 0 : isCounted ? computeCostUsd(connection, id, counts) : null,
    }
    if (!schema) return { text, usage }
    return { text, object: readObject(text, schema, { model: id, wasCut: finishReason === 'length' }), usage }
  } catch (error) {
    if (request.signal?.aborted) {
      throw new OrchestratorError('step-cancelled', 'The request to the model was cancelled', {
        retryable: false,
        cause: error,
      })
    }
    // The SDK's last word on a stream that failed; the reason is its cause.
    const reason = NoOutputGeneratedError.isInstance(error) ? (error.cause ?? error) : error
    throw toProviderError(reason, { connection, model: id })
  }
}
