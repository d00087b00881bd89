/** What would help against an HTTP answer of this status, in a sentence. */
export function statusFix(status: number, retryAfterMs?: number): string {
  const again =
    retryAfterMs === undefined
      ? 'Give the step a retry policy'
      : `Wait ${Math.max(1, Math.ceil(retryAfterMs / 1_000))} s, or give the step a retry policy`
  if (status === 401 || status === 403) return 'Check the credentials in the headers.'
  if (status === 404 || status === 410) return 'Check the address: the server knows nothing there.'
  if (status === 405) return 'Use another method: the server does not take this one there.'
  if (status === 408 || status === 425) return `${again}: the server was not ready in time.`
  if (status === 413) return 'Send less at a time.'
  if (status === 429) return `${again} and a limit (such as 60/m): the server wants fewer requests.`
  if (status >= 500) return `${again}: the server has a problem of its own.`
  return 'Compare the query, headers and body with what the server expects; its answer is in the details.'
}
