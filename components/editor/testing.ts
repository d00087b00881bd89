import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { draftFromDocument } from '#pipeline/draft/draft.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import { testManifest } from '#pipeline/testing/manifests.ts'
import * as Y from 'yjs'
import { createEditor, type Editor, type EditorOptions } from './create-editor.ts'

const manifest = (type: string, change: Partial<StepManifest> = {}): StepManifest =>
  testManifest({ type, summary: '', config: { type: 'object', properties: {} }, ...change })

/** A few step types with every kind of port, for tests. */
export const testManifests: ReadonlyMap<string, StepManifest> = new Map(
  [
    manifest('data.json'),
    manifest('data.csv', { inputPorts: [], config: { properties: { file: { type: 'string' } } } }),
    manifest('text.template', { config: { properties: { template: { type: 'string', control: 'template' } } } }),
    manifest('flow.branch', {
      outputPorts: [{ name: 'true' }, { name: 'false' }],
      config: { properties: { condition: { type: 'string', control: 'condition' } } },
    }),
    manifest('flow.map', { container: { kind: 'map', variables: { item: {}, index: {} } } }),
  ].map((entry) => [entry.type, entry]),
)

/** A document with these steps. */
export const pipelineOf = (steps: Step[], rest: Partial<PipelineDocument> = {}): PipelineDocument => ({
  orchestrator: 1,
  name: 'Test',
  ...rest,
  steps,
})

/** An editor on a document, with nobody to send to unless a transport is given. */
export function openTestEditor(document: PipelineDocument, options: Partial<EditorOptions> = {}): Editor {
  return createEditor({
    pipelineId: 'p1',
    update: Y.encodeStateAsUpdate(draftFromDocument(document)),
    manifests: testManifests,
    transport: null,
    ...options,
  })
}

/** Key of the step at a path; throws when there is none. */
export function keyOf(editor: Editor, path: string): string {
  const key = editor.keyOfPath(path)
  if (key === undefined) throw new Error(`no step at ${path}`)
  return key
}
