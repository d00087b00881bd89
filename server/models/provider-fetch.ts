import { OrchestratorError } from '#pipeline/errors.ts'

const withSlash = (url: URL) => (url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`)

/**
 * A fetch that reaches only addresses under one configured base URL and follows no redirects, so that a key never
 * travels to a place it was not entered for; anything else is `request-blocked`.
 */
export function createProviderFetch(baseUrl: string): typeof fetch {
  const base = new URL(baseUrl)
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (url.origin !== base.origin || !withSlash(url).startsWith(withSlash(base))) {
      throw new OrchestratorError(
        'request-blocked',
        `${url.origin} is not the address of this connection (${baseUrl})`,
        {
          retryable: false,
        },
      )
    }
    return fetch(input, { ...init, redirect: 'error' })
  }
}
