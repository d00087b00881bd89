import { OrchestratorError } from '#pipeline/errors.ts'

/** A bucket (and a prefix in it) of an S3-compatible store, and who we are to it. */
export interface S3Place {
  bucket: string
  /** Without slashes at its ends; may be empty. */
  prefix: string
  region: string
  /** `https://host` without a path. */
  endpoint: string
  /** Whether the bucket is in the path (`host/bucket/key`) and not in the host name (`bucket.host/key`). */
  pathStyle: boolean
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

const example = 's3://bucket/prefix?endpoint=https://s3.example.com&region=eu-central-1'

function refuse(text: string, why: string): never {
  throw new OrchestratorError('invalid-request', `ORCHESTRATOR_BLOBS=${text}: ${why}.`, {
    fix: `For example ORCHESTRATOR_BLOBS=${example}, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
    retryable: false,
  })
}

function originOf(text: string, endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.username) {
    refuse(text, `"${endpoint}" is not the address of a server`)
  }
  return url.origin
}

/**
 * Reads `s3://bucket/prefix?endpoint=...&region=...&path-style=...`; keys, and the region when it is not in there, are the
 * standard AWS variables. A server of one's own (`endpoint`) gets paths with the bucket in them, AWS host names.
 */
export function readS3Place(text: string, environment: Readonly<Record<string, string | undefined>>): S3Place {
  const url = URL.canParse(text) ? new URL(text) : refuse(text, 'it cannot be read')
  const bucket = url.hostname
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) refuse(text, `"${bucket}" is not the name of a bucket`)
  for (const name of url.searchParams.keys()) {
    if (!['endpoint', 'region', 'path-style'].includes(name)) refuse(text, `there is no setting "${name}"`)
  }
  const variable = (name: string): string | undefined => environment[name]?.trim() || undefined
  const region =
    url.searchParams.get('region') ?? variable('AWS_REGION') ?? variable('AWS_DEFAULT_REGION') ?? 'us-east-1'
  const given = url.searchParams.get('endpoint') ?? variable('AWS_ENDPOINT_URL_S3') ?? variable('AWS_ENDPOINT_URL')
  const accessKeyId = variable('AWS_ACCESS_KEY_ID')
  const secretAccessKey = variable('AWS_SECRET_ACCESS_KEY')
  if (!accessKeyId || !secretAccessKey) refuse(text, 'AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set')
  const sessionToken = variable('AWS_SESSION_TOKEN')
  return {
    bucket,
    prefix: decodeURIComponent(url.pathname).replaceAll(/^\/+|\/+$/g, ''),
    region,
    endpoint: given === undefined ? `https://s3.${region}.amazonaws.com` : originOf(text, given),
    // A dot in the name would not fit the certificate of the host.
    pathStyle: url.searchParams.get('path-style')
      ? url.searchParams.get('path-style') === 'true'
      : given !== undefined || bucket.includes('.'),
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
  }
}
