import type { Database, Query } from '#db/client.ts'
import { resolveInputs } from '#pipeline/check-inputs.ts'
import { documentPathOf } from '#pipeline/document-path.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { Engine } from '#server/engine/engine.ts'
import type { VersionService } from '#server/services.ts'
import type { RunControl } from './control-records.ts'
import { findFailedItems } from './failed-items.ts'
import { refuseEdit } from './refuse-edit.ts'
import {
  callsOfSource,
  findLatestRun,
  findSourceRun,
  refuseEnded,
  refuseUnfinished,
  type SourceRun,
} from './source-run.ts'
import type { RunStarter } from './start-run.ts'
import { refuseStepOfOther, refuseUnknownStep } from './step-of-document.ts'
import { stepsReadingChangedInputs } from './steps-reading-inputs.ts'

/** Control over runs of a workspace: new runs that reuse earlier ones, and words to runs under way. */
export function createRunControl(
  database: Database,
  engine: Engine,
  starter: RunStarter,
  versions: VersionService,
): RunControl {
  const { query } = database

  return {
    async retry(scope, runId) {
      const source = await findSourceRun(query, scope, runId)
      refuseUnfinished(source)
      const from = source.status === 'succeeded' ? await failedItems(query, source) : undefined
      return starter.start(scope, {
        ...source,
        trigger: 'manual',
        options: { ...carriedOver(source), reuse: { runId, ...(from && { from }) } },
        sourceRunId: runId,
        calls: await callsOfSource(query, scope, source),
      })
    },

    async rerunFrom(scope, { runId, path, on, inputs }) {
      const source = await findSourceRun(query, scope, runId)
      refuseUnfinished(source)
      const isSame = on === 'same'
      const { document, versionNumber } = isSame ? source : await newer(scope, source, on)
      refuseUnknownStep(document, path)
      // Whatever that run was asked for: this one goes on from here to the end.
      const { until: _until, ...carried } = carriedOver(source)
      const reuse = { runId, from: [path] }
      return starter.start(scope, {
        ...source,
        document,
        versionNumber,
        inputs: inputs ?? onlyDeclared(document, source.inputs),
        trigger: 'manual',
        options: isSame
          ? { ...carried, reuse }
          : await starter.options(scope, { reuse }, versionNumber === null ? source.pipelineId : null),
        sourceRunId: runId,
        ...(isSame && { calls: await callsOfSource(query, scope, source) }),
      })
    },

    async runTo(scope, { pipelineId, path, inputs }) {
      const document = await starter.documentOf(scope, pipelineId)
      refuseUnknownStep(document, path)
      const latest = await findLatestRun(query, scope, pipelineId)
      const options = await starter.options(scope, { until: [path] }, pipelineId)
      return starter.start(scope, {
        pipelineId,
        versionNumber: null,
        document,
        inputs: { ...onlyDeclared(document, latest?.inputs ?? {}), ...inputs },
        kind: 'preview',
        trigger: 'manual',
        options,
      })
    },

    async runStep(scope, { pipelineId, path, with: settings, inputs }) {
      const document = await starter.documentOf(scope, pipelineId)
      refuseUnknownStep(document, path)
      if (settings) refuseStepOfOther(document, path)
      const latest = await findLatestRun(query, scope, pipelineId)
      const allInputs = { ...onlyDeclared(document, latest?.inputs ?? {}), ...inputs }
      const stale =
        latest && stepsReadingChangedInputs(document, latest.inputs, resolveInputs(document, allInputs).values)
      const reuse = latest && { runId: latest.id, from: [path, ...stale!] }
      const overrides = settings && { [documentPathOf(path)]: settings }
      const options = await starter.options(
        scope,
        { until: [path], ...(reuse && { reuse }), ...(overrides && { overrides }) },
        pipelineId,
      )
      return starter.start(scope, {
        pipelineId,
        versionNumber: null,
        document,
        inputs: allInputs,
        kind: 'preview',
        trigger: 'manual',
        options,
        sourceRunId: latest?.id,
      })
    },

    pause: (scope, runId) => engine.tell(scope, runId, { kind: 'pause' }),
    resume: (scope, runId, mode) => engine.tell(scope, runId, { kind: 'resume', mode }),
    async editValue(scope, { runId, path, value }) {
      refuseEnded(await findSourceRun(query, scope, runId))
      await refuseEdit(query, runId, path)
      await engine.tell(scope, runId, { kind: 'edit', path, output: await engine.store(value) })
    },

    setBreakpoints: (scope, runId, breakpoints) => engine.tell(scope, runId, { kind: 'breakpoints', breakpoints }),
  }

  async function newer(
    scope: Scope,
    { pipelineId, versionNumber }: SourceRun,
    on: 'latest' | 'draft',
  ): Promise<{ document: PipelineDocument; versionNumber: number | null }> {
    if (pipelineId === null) {
      throw new OrchestratorError('invalid-request', 'The run is of a file, which has no newer version here.', {
        fix: 'Re-run it on the same document.',
        retryable: false,
      })
    }
    const [latest] = versionNumber === null || on === 'draft' ? [] : await versions.list(scope, pipelineId)
    const number = latest?.number ?? null
    return { document: await starter.documentOf(scope, pipelineId, number), versionNumber: number }
  }
}

/** What of a run's options a run made from it keeps. Breakpoints were for that one. */
function carriedOver({ options }: SourceRun): RunOptions {
  const { pins, overrides, until } = options ?? {}
  return { ...(pins && { pins }), ...(overrides && { overrides }), ...(until && { until }) }
}

/** Inputs of an earlier run that the document still has. */
function onlyDeclared(document: PipelineDocument, inputs: Record<string, unknown>): Record<string, unknown> {
  const declared = document.inputs ?? {}
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => Object.hasOwn(declared, name)))
}

async function failedItems(query: Query, { id }: SourceRun): Promise<string[]> {
  const paths = await findFailedItems(query, id)
  if (paths.length > 0) return paths
  throw new OrchestratorError('invalid-request', `Nothing failed in run "${id}".`, {
    fix: 'Run it again from a step of your choice.',
    retryable: false,
  })
}
