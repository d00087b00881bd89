import { APICallError } from 'ai'
import { z } from 'zod'

// OpenAI, Anthropic and all compatible servers say `data: [{id}]`, Google `models: [{name: "models/..."}]`.
const listSchema = z.union([
  z.object({ data: z.array(z.object({ id: z.string(), owned_by: z.string().optional() })) }),
  z.object({
    models: z.array(z.object({ name: z.string(), supportedGenerationMethods: z.array(z.string()).optional() })),
  }),
])

const maxBytes = 4 * 1024 * 1024

/** Reads a body up to a limit: what answers on a port may be anything. */
async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) throw new RangeError('The list of models is larger than 4 MB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Parses the answer to a request for the list of models; throws APICallError as the SDK does on a bad status or shape. */
export async function readModelEntries(response: Response): Promise<{ id: string; ownedBy?: string }[]> {
  const text = await readLimited(response)
  const failed = (message: string) =>
    new APICallError({
      message,
      url: response.url,
      requestBodyValues: {},
      statusCode: response.status,
      responseHeaders: Object.fromEntries(response.headers),
      responseBody: text,
    })
  if (!response.ok) throw failed(response.statusText)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw failed('The answer is not JSON')
  }
  const list = listSchema.safeParse(json)
  if (!list.success) throw failed('The answer is not a list of models')
  if ('data' in list.data) {
    return list.data.data.map(({ id, owned_by }) => ({ id, ...(owned_by ? { ownedBy: owned_by } : {}) }))
  }
  return list.data.models
    .filter((model) => model.supportedGenerationMethods?.includes('generateContent') ?? true)
    .map((model) => ({ id: model.name.replace(/^models\//, '') }))
}

/** The ids alone. */
export async function readModelList(response: Response): Promise<string[]> {
  return (await readModelEntries(response)).map((entry) => entry.id)
}
