import type { Readable } from 'node:stream'
import type { JsonValue, PipelineDocument } from '#pipeline/document.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import type { WaitAnswer } from '#pipeline/wait-details.ts'
import type { Scope } from '#server/auth/scope.ts'
import type {
  DraftChange,
  DraftState,
  PipelineDetail,
  PipelinePage,
  PipelineSummary,
  PipelineVersion,
  ValidationReport,
} from '#server/pipelines/pipeline-records.ts'
import type { ModelInfo } from '#server/models/model-info.ts'
import type { PinService, RunControl, StartOptions } from '#server/runs/control-records.ts'
import type { RetentionService } from '#server/retention/retention.ts'
import type { RunFilter } from '#server/runs/run-filter.ts'
import type { RunItems, RunOverview } from '#server/runs/run-overview-records.ts'
import type { ItemRange } from '#server/runs/run-overviews.ts'
import type { RunDetail, RunEntries, RunMessage, RunPage, RunSummary } from '#server/runs/run-records.ts'
import type { Connections } from '#server/secrets/connections.ts'
import type { EventReceipt, PublicWait, WaitDetail, WaitPage } from '#server/waits/wait-records.ts'
import type { Workers } from '#server/workers/workers.ts'
import type { SettingsChange, WorkspaceRecord } from '#server/workspaces/settings-records.ts'

/** Pipelines, their drafts and versions. A foreign or missing id is a `not-found` error everywhere. */
export interface PipelineService {
  list(scope: Scope, options: { search?: string; cursor?: string; limit: number }): Promise<PipelinePage>
  get(scope: Scope, id: string): Promise<PipelineDetail>
  create(scope: Scope, given: { name?: string; document?: unknown; yaml?: string }): Promise<PipelineSummary>
  duplicate(scope: Scope, id: string): Promise<PipelineSummary>
  rename(scope: Scope, id: string, name: string): Promise<PipelineSummary>
  delete(scope: Scope, id: string): Promise<void>
  restore(scope: Scope, id: string): Promise<PipelineSummary>
  validate(scope: Scope, given: { document?: unknown; yaml?: string }): Promise<ValidationReport>
  exportYaml(scope: Scope, id: string): Promise<{ name: string; yaml: string }>
}

/** Yjs updates of drafts: numbered by the server, relayed to every other tab. */
export interface DraftService {
  load(scope: Scope, id: string): Promise<DraftState>
  push(scope: Scope, id: string, change: { client: string; update: string }): Promise<{ seq: number }>
  /** Every change after `afterSeq`, for ever, without gaps, until the signal aborts. */
  changes(scope: Scope, id: string, afterSeq: number, signal: AbortSignal): AsyncIterable<DraftChange>
}

/** Immutable, numbered, content-hashed copies of drafts. */
export interface VersionService {
  list(scope: Scope, pipelineId: string): Promise<PipelineVersion[]>
  create(scope: Scope, pipelineId: string, message: string): Promise<PipelineVersion>
  get(scope: Scope, pipelineId: string, number: number): Promise<PipelineVersion & { document: PipelineDocument }>
}

/** Runs as people see them; the engine does the work. */
export interface RunService {
  /** An `invalid-request` error carries `details.problems` when the document or the inputs are not valid. */
  start(
    scope: Scope,
    request: {
      pipelineId: string
      inputs: Record<string, unknown>
      versionNumber?: number
      kind: 'run' | 'preview'
      trigger: RunSummary['trigger']
      options?: StartOptions | undefined
      /** A second start with this key, in this workspace, answers the first one's run. */
      idempotencyKey?: string | undefined
      /** Higher first where runs wait for a worker; that of the document when absent. */
      priority?: number | undefined
    },
  ): Promise<{ runId: string }>
  /** Steps in flight get their signal, then a grace period; asking again ends them at once. */
  cancel(scope: Scope, runId: string): Promise<void>
  get(scope: Scope, runId: string): Promise<RunDetail>
  entries(scope: Scope, runId: string, afterSeq: number, limit: number): Promise<RunEntries>
  /** The run in which the item that a path stands in is carried out, when its map is spread; else null. */
  partOf(scope: Scope, runId: string, path: string): Promise<{ runId: string | null }>
  /** Newest first, without parts of spread maps. */
  list(
    scope: Scope,
    options: RunFilter & { search?: string | undefined; cursor?: string | undefined; limit: number },
  ): Promise<RunPage>
  /** The run folded for its first screen, however long its journal is; go on with `watch` after its `seq`. */
  view(scope: Scope, runId: string): Promise<RunOverview>
  /** Items (turns) of a map or loop with their steps, a page at a time. */
  items(scope: Scope, runId: string, range: ItemRange): Promise<RunItems>
  /** Keeps a run for good, whatever the retention rules say, or no longer. */
  keep(scope: Scope, runId: string, keep: boolean): Promise<void>
  /** Every journal entry after `afterSeq` and passing deltas, without gaps, until the run ends or the signal aborts. */
  watch(scope: Scope, runId: string, afterSeq: number, signal: AbortSignal): AsyncIterable<RunMessage>
  /** Each run of the workspace when it is created or changes its status. */
  changes(scope: Scope, signal: AbortSignal): AsyncIterable<RunSummary>
  /** The full output of a step of a run, from the blob store when it is large; the run's own outputs for an empty path. */
  value(scope: Scope, runId: string, path: string): Promise<{ value: unknown }>
}

/** Which open questions are meant; all of the workspace without a filter. */
export interface WaitFilter {
  pipelineId?: string | undefined
  runId?: string | undefined
  search?: string | undefined
}

/** What waits for people, and how people and systems answer. */
export interface WaitService {
  list(scope: Scope, options: WaitFilter & { cursor?: string | undefined; limit: number }): Promise<WaitPage>
  get(scope: Scope, id: string): Promise<WaitDetail>
  /**
   * The first answer counts: another one is `not-waiting` and says who was faster. A form that is not filled in properly is
   * `input-invalid` with `details.problems`, and goes on waiting.
   */
  answer(scope: Scope, id: string, answer: WaitAnswer): Promise<WaitDetail>
  byToken(token: string): Promise<PublicWait>
  answerByToken(token: string, answer: WaitAnswer, name?: string): Promise<PublicWait>
  /** Ends every wait of the workspace for an event of that name and key; the event stays for waits that begin within the hour. */
  sendEvent(
    scope: Scope,
    event: { name: string; key?: string | undefined; payload?: JsonValue | undefined; id?: string | undefined },
  ): Promise<EventReceipt>
  /** The number of open questions, first as it is, then after every change. */
  changes(scope: Scope, filter: WaitFilter, signal: AbortSignal): AsyncIterable<{ open: number }>
}

/** A file of the workspace. */
export interface FileRecord {
  path: string
  /** Bytes. */
  size: number
  mediaType: string
  updatedAt: string
}

/** The workspace's files by path; bytes go over HTTP at `/api/files/<path>`. */
export interface FileService {
  list(scope: Scope, prefix?: string): Promise<FileRecord[]>
  delete(scope: Scope, path: string): Promise<void>
  rename(scope: Scope, from: string, to: string): Promise<FileRecord>
  /** The file as a stream; the caller consumes or destroys it. */
  openRead(scope: Scope, path: string): Promise<{ file: FileRecord; stream: Readable }>
  /** Replaces the whole file; more bytes than the limit are `file-too-large`, and nothing is changed. */
  write(scope: Scope, path: string, content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<FileRecord>
}

/** Plain settings of the workspace. */
export interface SettingsService {
  get(scope: Scope): Promise<WorkspaceRecord>
  update(
    scope: Scope,
    change: { name?: string | undefined; settings?: SettingsChange | undefined },
  ): Promise<WorkspaceRecord>
}

/** Credentials for model providers. */
export type ConnectionService = Pick<Connections, 'list' | 'save' | 'remove' | 'test'>

/** Models that the workspace's connections and local servers offer at the moment. */
export interface ModelService {
  list(scope: Scope, options: { refresh: boolean }): Promise<ModelInfo[]>
}

/** What people are told about the installation. */
export interface SystemInfo {
  version: string
  database: 'pglite' | 'postgres'
  /** Where the data is, shown so that people can back it up. */
  dataDirectory: string
  /** Largest upload, bytes. */
  uploadLimit: number
  /** Pipeline to open on the very first visit, null when it is gone. */
  welcomePipelineId: string | null
}

/** Everything the API delegates to. */
export interface Services {
  retention: RetentionService
  pipelines: PipelineService
  drafts: DraftService
  versions: VersionService
  runs: RunService
  runControl: RunControl
  pins: PinService
  waits: WaitService
  files: FileService
  settings: SettingsService
  connections: ConnectionService
  models: ModelService
  steps: { manifests(): StepManifest[] }
  system: { info(scope: Scope): Promise<SystemInfo> }
  workers: Workers
}
