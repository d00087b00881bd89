import type { FileRecord } from '#server/services.ts'

/** Where the bytes of a workspace file are; `download` asks the browser to save them. */
export function fileUrl(path: string, options: { download?: boolean } = {}): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  return `/api/files/${encoded}${options.download ? '?download' : ''}`
}

/** Sends a file to the workspace's store under the path; `onProgress` gets 0 to 1. Rejects with a sentence for people. */
export function uploadFile(
  path: string,
  content: Blob,
  options: { onProgress?: (fraction: number) => void; signal?: AbortSignal } = {},
): Promise<FileRecord> {
  // fetch tells nothing about the progress of an upload.
  const request = new XMLHttpRequest()
  return new Promise((resolve, reject) => {
    options.signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable && event.total > 0) options.onProgress?.(event.loaded / event.total)
    })
    request.addEventListener('load', () => {
      if (request.status === 200 || request.status === 201) resolve(JSON.parse(request.responseText) as FileRecord)
      else reject(new Error(messageOf(request.responseText) ?? `The upload of ${path} failed (${request.status}).`))
    })
    request.addEventListener('error', () => reject(new Error(`The server was not reached, ${path} is not uploaded.`)))
    request.addEventListener('abort', () => reject(new DOMException('The upload was cancelled.', 'AbortError')))
    request.open('PUT', fileUrl(path))
    request.setRequestHeader('content-type', content.type || 'application/octet-stream')
    request.send(content)
  })
}

function messageOf(body: string): string | null {
  try {
    const parsed: unknown = JSON.parse(body)
    const error = typeof parsed === 'object' && parsed !== null && 'error' in parsed ? parsed.error : null
    const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : null
    return typeof message === 'string' ? message : null
  } catch {
    return null
  }
}
