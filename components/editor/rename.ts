import { type JsonValue, stepIdPattern } from '#pipeline/document.ts'
import { pipelineMap, readRecord, setPlain, setRecord } from '#pipeline/draft/draft.ts'
import { chainOf, type EditContext, type EditResult, manifestOf, stepMapOf, takenIds } from './edit-context.ts'
import { renameInSettings, renameInValue } from './rename-in-value.ts'

/** Changes a step's id, and the name in every expression that can see the step. Edges follow by themselves. */
export function renameStep(context: EditContext, key: string, id: string): EditResult {
  const state = context.store.getState()
  const view = state.steps[key]
  if (!view) return { ok: false, reason: 'The step is gone.' }
  const from = view.step.id
  if (id === from) return { ok: true }
  if (!stepIdPattern.test(id)) {
    return { ok: false, reason: `“${id}” cannot be an id: use letters, digits and _, and start with a letter.` }
  }
  if (takenIds(state).has(id)) return { ok: false, reason: `Another step has the id “${id}” already.` }
  context.edit(() => {
    const map = stepMapOf(context, key)
    if (map) setPlain(map, 'id', id)
    for (const other of state.stepKeys) {
      // A name can be seen in its own graph and in the bodies inside it.
      if (!chainOf(state, other).some((link) => link.parentKey === view.parentKey)) continue
      const { step } = state.steps[other]!
      const stored = stepMapOf(context, other)
      if (stored) setRecord(stored, 'with', renameInSettings(step.with, manifestOf(state, other), from, id))
    }
    if (view.parentKey === null) {
      const outputs = renameInValue(state.outputs as JsonValue, from, id) as Record<string, JsonValue>
      const head = pipelineMap(context.doc)
      if (readRecord(head, 'output')) setRecord(head, 'output', outputs)
    }
  })
  return { ok: true }
}

/** Renames an input of the pipeline, keeping its place in the form; expressions that read it follow. */
export function renameInput(context: EditContext, from: string, to: string): EditResult {
  const { inputs } = context.store.getState()
  if (from === to) return { ok: true }
  if (!stepIdPattern.test(to)) return { ok: false, reason: `“${to}” cannot be a name: use letters, digits and _.` }
  if (to in inputs) return { ok: false, reason: `There is an input “${to}” already.` }
  context.edit(() => {
    const renamed = Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name === from ? to : name, spec]))
    setRecord(pipelineMap(context.doc), 'input', renamed)
  })
  return { ok: true }
}
