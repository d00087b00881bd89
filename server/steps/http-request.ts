import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { retryAfterMs } from '#pipeline/retry-after.ts'
import { statusFix } from '#pipeline/status-fix.ts'
import { anyJson, defineStep } from './define-step.ts'

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
/** Worth another try: the server was busy or broken, not the request wrong. */
const retryableStatuses = new Set([408, 425, 429, 500, 502, 503, 504])

export const httpRequest = defineStep({
  type: 'http.request',
  title: 'HTTP request',
  summary:
    '{{ method }} {{ url | replace("https://", "") | replace("http://", "") | truncate(60) if url else "an address" }}',
  icon: 'globe',
  category: 'web',
  docs: `
Calls an address on the web. The output is \`{ status, headers, body }\`; a JSON answer becomes a value, text stays text, and
anything else is base64.

An object or list as **Body** is sent as JSON. An answer of 400 or above fails the step unless **Fail on error** is off;
give the step a retry policy for services that are sometimes busy. Addresses on private networks are refused unless the
workspace allows them in its settings.
`,
  keywords: ['api', 'rest', 'fetch', 'get', 'post', 'webhook', 'download', 'url', 'call', 'curl'],
  config: z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']).default('GET').meta({
      title: 'Method',
      description: 'GET reads; the others may change something.',
      control: 'select',
    }),
    url: z.string().min(1).meta({
      title: 'URL',
      description: 'The whole address, with https://.',
      control: 'text',
      placeholder: 'https://api.example.com/items',
    }),
    query: z
      .record(z.string(), z.union([scalar, z.array(scalar)]))
      .default({})
      .meta({
        title: 'Query',
        description: 'Added to the address after the ?; a list repeats its name.',
        control: 'key-value',
        placeholder: '{{ inputs.page }}',
      }),
    headers: z.record(z.string(), scalar).default({}).meta({
      title: 'Headers',
      description: 'Sent with the request.',
      control: 'key-value',
      placeholder: 'application/json',
    }),
    body: anyJson.optional().meta({
      title: 'Body',
      description: 'What to send; a value becomes JSON.',
      control: 'json',
      placeholder: '{ "name": "{{ item.name }}" }',
    }),
    response: z.enum(['auto', 'json', 'text', 'base64']).default('auto').meta({
      title: 'Read the answer as',
      description: 'Found from the answer itself when auto.',
      control: 'select',
      advanced: true,
    }),
    fail_on_error: z.boolean().default(true).meta({
      title: 'Fail on error',
      description: 'Whether an answer of 400 or above fails the step.',
      control: 'toggle',
      advanced: true,
    }),
    follow_redirects: z.boolean().default(true).meta({
      title: 'Follow redirects',
      description: 'Goes on to where the answer points.',
      control: 'toggle',
      advanced: true,
    }),
  }),
  output: z.object({
    status: z.int().meta({ description: 'The HTTP status, such as 200.' }),
    headers: z.record(z.string(), z.string()).meta({ description: 'By name in lower case.' }),
    body: anyJson.meta({ description: 'A JSON value, text, or base64.' }),
  }),
  effects: 'write',
  examples: [
    {
      title: 'Read from an API',
      with: { url: '{{ server }}/items', query: { page: 2, tag: ['a', 'b'] } },
      scope: { server: 'https://api.example.com' },
      output: { status: 200, body: { method: 'GET', path: '/items', query: { page: '2', tag: 'b' } } },
    },
    {
      title: 'Send JSON',
      with: { method: 'POST', url: '{{ server }}/people', body: { name: '{{ name }}' } },
      scope: { server: 'https://api.example.com', name: 'Ada' },
      output: { status: 200, body: { method: 'POST', body: { name: 'Ada' } } },
    },
  ],
  async execute({ config, fetch, signal }) {
    const url = addQuery(config.url, config.query)
    const headers = new Headers()
    for (const [name, value] of Object.entries(config.headers)) {
      if (value !== null && value !== '') headers.set(name, String(value))
    }
    const sendsBody = config.method !== 'GET' && config.method !== 'HEAD'
    const body = sendsBody ? encodeBody(config.body, headers) : undefined
    const response = await fetch(url, {
      method: config.method,
      headers,
      signal,
      redirect: config.follow_redirects ? 'follow' : 'manual',
      ...(body === undefined ? {} : { body }),
    })
    const answer = await readBody(response, config.response, `${config.method} ${placeOf(url)}`)
    if (response.status >= 400 && config.fail_on_error) {
      const { status, statusText } = response
      const preview = (typeof answer === 'string' ? answer : JSON.stringify(answer)).slice(0, 500)
      const askedMs = retryAfterMs((name) => response.headers.get(name))
      const place = placeOf(url)
      throw new OrchestratorError(
        'request-failed',
        `${config.method} ${place} answered ${`${status} ${statusText}`.trim()}.`,
        {
          fix: statusFix(status, askedMs),
          details: {
            status,
            method: config.method,
            address: place,
            ...(askedMs === undefined ? {} : { retryAfterMs: askedMs }),
            body: preview,
          },
          retryable: retryableStatuses.has(status),
        },
      )
    }
    return { status: response.status, headers: Object.fromEntries(response.headers), body: answer }
  },
})

/** Host and path, without the query: keys are often in there. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

function addQuery(address: string, query: Record<string, JsonValue | JsonValue[]>): string {
  if (!URL.canParse(address)) {
    throw new OrchestratorError('request-failed', `"${address}" is not a complete address.`, {
      field: 'with.url',
      fix: 'Start it with https:// or http://.',
      retryable: false,
    })
  }
  const url = new URL(address)
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== null) url.searchParams.append(name, String(each))
    }
  }
  return url.href
}

function encodeBody(body: JsonValue | undefined, headers: Headers): string | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') {
    if (!headers.has('content-type')) headers.set('content-type', 'text/plain;charset=UTF-8')
    return body
  }
  if (headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') && typeof body === 'object') {
    return new URLSearchParams(Object.entries(body).map(([name, value]) => [name, String(value)])).toString()
  }
  if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  return JSON.stringify(body)
}

async function readBody(
  response: Response,
  as: 'auto' | 'json' | 'text' | 'base64',
  request: string,
): Promise<JsonValue> {
  const type = (response.headers.get('content-type') ?? '').toLowerCase()
  const isJson = /[/+]json\b/.test(type)
  const isText = type === '' || /^text\/|charset=|[/+]xml\b|javascript|x-www-form-urlencoded|ndjson|yaml/.test(type)
  if (as === 'base64' || (as === 'auto' && !isJson && !isText)) {
    return Buffer.from(await response.arrayBuffer()).toString('base64')
  }
  const text = await response.text()
  if (as === 'text' || (as === 'auto' && !isJson)) return text
  if (text === '') return null
  try {
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    // A server that calls its error page JSON should still be readable.
    if (as === 'auto') return text
    throw new OrchestratorError('request-failed', `${request} answered ${response.status}, but not with JSON.`, {
      fix: 'Read the answer as text to see what it is.',
      details: { status: response.status, body: text.slice(0, 500) },
      cause,
    })
  }
}
