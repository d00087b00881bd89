import type { Database } from '#db/client.ts'
import { resolveInputs } from '#pipeline/check-inputs.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import type { StoredValue } from '#pipeline/events.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import { validatePipeline } from '#pipeline/validate.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { Engine } from '#server/engine/engine.ts'
import { loadCalledOf } from '#server/pipelines/load-called.ts'
import { findPipeline, problemsError } from '#server/pipelines/pipeline-rows.ts'
import { type CalledPipelines, resolveCalls } from '#server/pipelines/resolve-calls.ts'
import type { VersionService } from '#server/services.ts'
import type { StartedRun, StartOptions } from './control-records.ts'
import type { RunSummary } from './run-records.ts'

/** What a run is made of, however it was asked for. */
export interface RunToStart {
  /** Null for runs of a file. */
  pipelineId: string | null
  /** Null for the draft. */
  versionNumber: number | null
  document: PipelineDocument
  inputs: Record<string, unknown>
  kind: RunSummary['kind']
  trigger: RunSummary['trigger']
  options?: RunOptions | undefined
  sourceRunId?: string | undefined
  idempotencyKey?: string | undefined
  priority?: number | undefined
  /** What it calls, as an earlier run did; as it is now when absent. */
  calls?: CalledPipelines | undefined
}

/** The one way into the engine for every run that people and systems ask for. */
export interface RunStarter {
  /** An `invalid-request` error carries `details.problems` when the document or the inputs are not valid. */
  start(scope: Scope, run: RunToStart): Promise<StartedRun>
  /** The draft, or a version. Throws `not-found`. */
  documentOf(scope: Scope, pipelineId: string, versionNumber?: number | null): Promise<PipelineDocument>
  /** Options as the engine takes them: pinned values are stored, and pins of the draft are added where the draft is run. */
  options(scope: Scope, given: StartOptions | undefined, draftOf: string | null): Promise<RunOptions | undefined>
}

/** Checks what is to be run, and starts it. */
export function createRunStarter(
  database: Database,
  engine: Engine,
  manifests: ReadonlyMap<string, StepManifest>,
  versions: VersionService,
): RunStarter {
  const { query } = database

  async function pinsOf(scope: Scope, pipelineId: string): Promise<NonNullable<RunOptions['pins']>> {
    const { rows } = await query<{ path: string; output: StoredValue; ports: string[] | null }>(
      'select path, output, ports from pipeline_pins where workspace_id = $1 and pipeline_id = $2',
      [scope.workspaceId, pipelineId],
    )
    return Object.fromEntries(rows.map(({ path, output, ports }) => [path, { output, ...(ports ? { ports } : {}) }]))
  }

  async function firstWithKey(
    scope: Scope,
    pipelineId: string | null,
    key: string | undefined,
  ): Promise<string | null> {
    if (key === undefined) return null
    const { rows } = await query<{ id: string }>(
      `select id from runs where workspace_id = $1 and idempotency_key = $2 and pipeline_id is not distinct from $3`,
      [scope.workspaceId, key, pipelineId],
    )
    return rows[0]?.id ?? null
  }

  async function callsOfRun(scope: Scope, document: PipelineDocument): Promise<CalledPipelines> {
    const { calls, problems } = await resolveCalls(document, manifests, loadCalledOf(query, scope))
    if (problems.length > 0) throw problemsError('The pipeline cannot run yet', problems)
    return calls
  }

  return {
    async start(scope, { pipelineId, versionNumber, document, inputs, kind, trigger, ...more }) {
      // Whatever has become of the pipeline since: the first run is the answer.
      const first = await firstWithKey(scope, pipelineId, more.idempotencyKey)
      if (first !== null) return { runId: first }
      const errors = validatePipeline(document, manifests).filter((problem) => problem.severity === 'error')
      if (errors.length > 0) throw problemsError('The pipeline cannot run yet', errors)
      const resolved = resolveInputs(document, inputs)
      if (resolved.problems.length > 0) throw problemsError('The inputs are not complete', resolved.problems)
      const calls = more.calls ?? (await callsOfRun(scope, document))
      const { options, sourceRunId, idempotencyKey, priority } = more
      const runId = await engine.start({
        scope,
        ...(pipelineId === null ? {} : { pipelineId }),
        pipelineName: document.name,
        ...(versionNumber === null ? {} : { versionNumber }),
        document,
        calls,
        inputs: resolved.values,
        kind,
        trigger,
        ...(options && { options }),
        ...(sourceRunId !== undefined && { sourceRunId }),
        ...(idempotencyKey !== undefined && { idempotencyKey }),
        ...(priority !== undefined && { priority }),
      })
      return { runId }
    },

    async documentOf(scope, pipelineId, versionNumber) {
      if (typeof versionNumber === 'number') return (await versions.get(scope, pipelineId, versionNumber)).document
      return (await findPipeline(query, scope, pipelineId)).document
    },

    async options(scope, given, draftOf) {
      const { pins: givenPins, ...rest } = given ?? {}
      const pins = draftOf === null ? {} : await pinsOf(scope, draftOf)
      for (const [path, { value, ports }] of Object.entries(givenPins ?? {})) {
        pins[path] = { output: await engine.store(value), ...(ports && { ports }) }
      }
      const options: RunOptions = { ...rest, ...(Object.keys(pins).length > 0 && { pins }) }
      return Object.keys(options).length > 0 ? options : undefined
    },
  }
}
