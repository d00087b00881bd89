import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { BlobStore } from './blob-store.ts'
import { createFolderBlobs } from './folder-blobs.ts'
import { createS3Blobs } from './s3-blobs.ts'
import { readS3Place } from './s3-place.ts'

export type { BlobInfo, BlobStore } from './blob-store.ts'
export { createFolderBlobs } from './folder-blobs.ts'
export { createMemoryBlobs } from './memory-blobs.ts'

/**
 * The blob store that ORCHESTRATOR_BLOBS names: `s3://bucket/prefix?endpoint=...`, an absolute folder, or when absent
 * `<dataDir>/blobs`. Throws `invalid-request` for what it cannot read; nothing is asked of the store yet.
 */
export function openBlobs(dataDir: string, environment: Readonly<Record<string, string | undefined>>): BlobStore {
  const text = environment['ORCHESTRATOR_BLOBS']?.trim()
  if (!text) return createFolderBlobs(join(resolve(dataDir), 'blobs'))
  if (text.startsWith('s3:')) return createS3Blobs(readS3Place(text, environment))
  if (text.startsWith('file:')) return createFolderBlobs(fileURLToPath(text))
  if (isAbsolute(text)) return createFolderBlobs(text)
  throw new OrchestratorError(
    'invalid-request',
    `ORCHESTRATOR_BLOBS=${text} is neither a store nor an absolute folder.`,
    {
      fix: 'For example ORCHESTRATOR_BLOBS=s3://bucket/prefix or ORCHESTRATOR_BLOBS=/srv/orchestrator/blobs',
      retryable: false,
    },
  )
}
