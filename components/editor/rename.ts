import { stepIdPattern } from '#pipeline/document.ts'
import { applyDocument, documentFromDraft, pipelineMap, setPlain, setRecord } from '#pipeline/draft/draft.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { renameInput as renameInDraft } from '#pipeline/rename-input.ts'
import { renameStep as renameInDocument } from '#pipeline/rename-step.ts'
import { type EditContext, type EditResult, stepMapOf, takenIds } from './edit-context.ts'

/** Changes a step's id, and the name in every edge and expression that reads the step. */
export function renameStep(context: EditContext, key: string, id: string): EditResult {
  const state = context.store.getState()
  const view = state.steps[key]
  if (!view) return { ok: false, reason: 'The step is gone.' }
  if (id === view.step.id) return { ok: true }
  if (!stepIdPattern.test(id)) {
    return { ok: false, reason: `“${id}” cannot be an id: use letters, digits and _, and start with a letter.` }
  }
  if (takenIds(state).has(id)) return { ok: false, reason: `Another step has the id “${id}” already.` }
  try {
    const renamed = renameInDocument(documentFromDraft(context.doc), view.path, id, state.manifests)
    context.edit(() => {
      const map = stepMapOf(context, key)
      // The id first: applying the document then finds the step under its new path and keeps it.
      if (map) setPlain(map, 'id', id)
      applyDocument(context.doc, renamed)
    })
    return { ok: true }
  } catch (error) {
    if (error instanceof OrchestratorError) return { ok: false, reason: error.message }
    throw error
  }
}

/** Renames an input of the pipeline, keeping its place in the form, and the name in every expression that reads it. */
export function renameInput(context: EditContext, from: string, to: string): EditResult {
  const { inputs } = context.store.getState()
  if (from === to) return { ok: true }
  if (!stepIdPattern.test(to)) return { ok: false, reason: `“${to}” cannot be a name: use letters, digits and _.` }
  if (to in inputs) return { ok: false, reason: `There is an input “${to}” already.` }
  context.edit(() => {
    applyDocument(
      context.doc,
      renameInDraft(documentFromDraft(context.doc), from, to, context.store.getState().manifests),
    )
  })
  return { ok: true }
}

/** Renames an output of the pipeline, keeping its place and value. Nothing in the pipeline reads outputs. */
export function renameOutput(context: EditContext, from: string, to: string): EditResult {
  const { outputs } = context.store.getState()
  if (from === to) return { ok: true }
  if (to === '') return { ok: false, reason: 'An output needs a name.' }
  if (Object.hasOwn(outputs, to)) return { ok: false, reason: `There is an output “${to}” already.` }
  if (!Object.hasOwn(outputs, from)) return { ok: false, reason: 'The output is gone.' }
  const renamed = Object.entries(outputs).map(([name, value]) => [name === from ? to : name, value] as const)
  context.edit(() => setRecord(pipelineMap(context.doc), 'output', Object.fromEntries(renamed)))
  return { ok: true }
}
