import type { DraggedReference } from '#components/runs/runs.ts'

/** The expression field that picked values go into: the one that was used last and is still on screen. */
export interface ReferenceTarget {
  /** The step the field belongs to; null for the pipeline's outputs. */
  stepKey: string | null
  isOnScreen(): boolean
  insert(reference: DraggedReference): void
}

let target: ReferenceTarget | null = null

export function setReferenceTarget(next: ReferenceTarget): void {
  target = next
}

/** Puts a reference into the field of this step that was used last; false when there is none. */
export function insertIntoLastField(stepKey: string | null, reference: DraggedReference): boolean {
  if (target === null || target.stepKey !== stepKey || !target.isOnScreen()) return false
  target.insert(reference)
  return true
}
