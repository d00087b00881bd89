import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
import { connectionProviders, type ConnectionInput } from './connection.ts'

/** The shape of what people may save; the API validates with it as well. */
export const connectionInputSchema = z
  .object({
    name: z
      .string()
      .trim()
      .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/i, 'letters, digits, - and _, at most 63 characters'),
    provider: z.enum(connectionProviders),
    baseUrl: z.url({ protocol: /^https?$/, error: 'an address such as https://api.example.com/v1' }).nullish(),
    defaultModel: z.string().trim().max(200).nullish(),
    secret: z
      .string()
      .trim()
      .max(8_000)
      // A line break or a control character would be refused, or worse split, in an HTTP header.
      .regex(/^[\x20-\x7e]*$/, 'letters, digits and signs without line breaks')
      .nullish(),
  })
  .refine((input) => input.provider !== 'openai-compatible' || input.baseUrl, {
    path: ['baseUrl'],
    error: 'an OpenAI-compatible server needs its address, such as http://localhost:8000/v1',
  })

/** Checks what people entered; throws `invalid-request` naming the field. */
export function parseConnectionInput(given: ConnectionInput): ConnectionInput {
  const parsed = connectionInputSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.') || 'connection'
  throw new OrchestratorError('invalid-request', `The ${field} of the connection is not valid: ${issue?.message}`, {
    field,
    retryable: false,
  })
}
