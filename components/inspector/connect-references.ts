import type { Editor } from '#components/editor/editor.ts'
import { findReferences } from '#pipeline/expressions/expressions.ts'

/** Draws the edges that a text of a step needs: from each step it names that does not run before it yet. */
export function connectReferences(
  editor: Editor,
  stepKey: string,
  text: string,
  kind: 'template' | 'expression' | 'condition',
): void {
  const names = new Set(findReferences(text, { bare: kind === 'condition' }).map(({ name }) => name))
  if (names.size === 0) return
  const { steps } = editor.store.getState()
  for (const { key, upstream } of editor.actions.readableSteps(stepKey)) {
    if (!upstream && names.has(steps[key]!.step.id)) editor.actions.addReference(stepKey, key)
  }
}
