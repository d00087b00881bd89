import { OrchestratorError } from '#pipeline/errors.ts'

/** The same answer with a body that fails with `request-failed` once it has given more than `maxBytes`. */
export function limitBody(response: Response, maxBytes: number): Response {
  const tooLarge = () =>
    new OrchestratorError('request-failed', `The answer is larger than ${Math.round(maxBytes / 1024 / 1024)} MB.`, {
      fix: 'Ask for less at a time.',
      retryable: false,
    })
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    void response.body?.cancel()
    throw tooLarge()
  }
  if (response.body === null) return response
  let size = 0
  // Counted after decompression, so that a small archive of zeros does not slip through.
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength
      if (size > maxBytes) controller.error(tooLarge())
      else controller.enqueue(chunk)
    },
  })
  const limited = new Response(response.body.pipeThrough(limit), {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
  })
  Object.defineProperties(limited, { url: { value: response.url }, redirected: { value: response.redirected } })
  return limited
}
