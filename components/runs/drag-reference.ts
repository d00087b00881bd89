/** The type of a dragged value in a DataTransfer; its data is a `DraggedReference` as JSON. */
export const referenceType = 'application/x-orchestrator-reference'

/** A value somebody drags or picks: `load.rows[0].city`. */
export interface DraggedReference {
  expression: string
  /** The step it is an output of; null for inputs and the like. */
  stepKey: string | null
}

/** Puts a reference into a drag, for fields of expressions and for anything that takes text. */
export function dragReference(data: DataTransfer, reference: DraggedReference): void {
  data.setData(referenceType, JSON.stringify(reference))
  data.setData('text/plain', `{{ ${reference.expression} }}`)
  data.effectAllowed = 'copy'
}

/** The reference a drag carries; null when it carries none. */
export function draggedReference(data: DataTransfer | null): DraggedReference | null {
  const text = data?.getData(referenceType)
  return text ? (JSON.parse(text) as DraggedReference) : null
}
