import { apiClient, errorInfoOf, errorMessageOf } from '#components/api/api.tsx'
import { createEditor, type Editor } from '#components/editor/editor.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { draftFromDocument } from '#pipeline/draft/draft.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import { validatePipeline } from '#pipeline/validate.ts'
import { useEffect, useState } from 'react'
import * as Y from 'yjs'
import { bytesOf, createApiTransport } from './api-transport.ts'

export type OpenState =
  | { status: 'loading' }
  | { status: 'ready'; editor: Editor }
  | { status: 'not-found' }
  | { status: 'error'; message: string }

const loading: OpenState = { status: 'loading' }

async function loadManifests(): Promise<ReadonlyMap<string, StepManifest>> {
  const manifests = await apiClient.steps.manifests.query()
  return new Map(manifests.map((manifest) => [manifest.type, manifest]))
}

/** Opens what `open` loads, and closes it when the id changes; null opens nothing. `attempt` changes to try again. */
function useOpen(id: string | null, attempt: number, open: (id: string) => Promise<Editor>): OpenState | null {
  const [opened, setOpened] = useState<{ id: string; attempt: number; state: OpenState } | null>(null)
  useEffect(() => {
    if (id === null) return undefined
    let editor: Editor | undefined
    let cancelled = false
    open(id).then(
      (ready) => {
        if (cancelled) return ready.close()
        editor = ready
        setOpened({ id, attempt, state: { status: 'ready', editor } })
      },
      (error: unknown) => {
        if (cancelled) return
        const state: OpenState =
          errorInfoOf(error)?.code === 'not-found'
            ? { status: 'not-found' }
            : { status: 'error', message: errorMessageOf(error) }
        setOpened({ id, attempt, state })
      },
    )
    return () => {
      cancelled = true
      editor?.close()
      setOpened(null)
    }
  }, [id, attempt, open])
  if (id === null) return null
  return opened?.id === id && opened.attempt === attempt ? opened.state : loading
}

async function openDraft(pipelineId: string): Promise<Editor> {
  const [manifests, draft] = await Promise.all([
    loadManifests(),
    apiClient.pipelines.draft.load.query({ id: pipelineId }),
  ])
  return createEditor({
    pipelineId,
    update: bytesOf(draft.update),
    seq: draft.seq,
    manifests,
    transport: createApiTransport(pipelineId),
    validate: validatePipeline,
  })
}

async function openRun(runId: string): Promise<Editor> {
  const [manifests, run] = await Promise.all([loadManifests(), apiClient.runs.get.query({ runId })])
  return createEditor({
    pipelineId: run.pipelineId ?? '',
    update: Y.encodeStateAsUpdate(draftFromDocument(run.document as PipelineDocument)),
    manifests,
    transport: null,
    mode: { kind: 'run', runId },
  })
}

/** The live draft of a pipeline. */
export const useOpenDraft = (pipelineId: string, attempt: number): OpenState =>
  useOpen(pipelineId, attempt, openDraft) ?? loading

/** A past run on the document it ran with, read only; null when none is asked for. */
export const useOpenRun = (runId: string | null): OpenState | null => useOpen(runId, 0, openRun)
