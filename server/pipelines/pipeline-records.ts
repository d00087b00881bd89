import type { PipelineDocument } from '#pipeline/document.ts'
import type { RunStatus } from '#pipeline/events.ts'
import type { Miniature } from '#pipeline/miniature.ts'
import type { Problem } from '#pipeline/problem.ts'

/** A pipeline in a list. Times are ISO strings. */
export interface PipelineSummary {
  id: string
  name: string
  description: string | null
  createdAt: string
  updatedAt: string
  stepCount: number
  miniature: Miniature
  /** The newest run that is not a preview. */
  lastRun: { id: string; status: RunStatus; startedAt: string; durationMs: number | null } | null
}

/** One page of pipelines, last changed first; `nextCursor` is null on the last page. */
export interface PipelinePage {
  items: PipelineSummary[]
  nextCursor: string | null
}

/** A pipeline with its draft as JSON. */
export interface PipelineDetail {
  id: string
  name: string
  document: PipelineDocument
  /** Number of the last draft update that is in `document`. */
  draftSeq: number
  createdAt: string
  updatedAt: string
  /** Number of the newest version, null when none was made. */
  latestVersion: number | null
}

/** The whole draft as one Yjs update (base64) and the number of the last update in it. */
export interface DraftState {
  update: string
  seq: number
}

/** One Yjs update of a draft, as another tab or person pushed it. */
export interface DraftChange {
  seq: number
  /** Names the browser tab that pushed it. */
  client: string
  /** Base64. */
  update: string
}

/** An immutable numbered copy of a draft. */
export interface PipelineVersion {
  number: number
  /** Content hash: equal documents have equal hashes. */
  hash: string
  message: string
  createdAt: string
  createdBy: string
}

/** The answer of `pipelines.validate`; `document` is null when the text could not be read at all. */
export interface ValidationReport {
  document: PipelineDocument | null
  problems: Problem[]
}
