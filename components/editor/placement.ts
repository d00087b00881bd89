import { chainOf, childrenOf, nameOf } from './edit-context.ts'
import type { EditorState } from './editor-state.ts'

/**
 * Why a step of this type cannot stand in this graph (null is the top level), in words for people; null when it can.
 * `moving` are steps that are on their way there and count as gone from where they are.
 */
export function placementProblem(
  state: EditorState,
  type: string,
  parentKey: string | null,
  moving: ReadonlySet<string> = new Set(),
): string | null {
  const manifest = state.manifests.get(type)
  if (!manifest?.inside) return null
  if (manifest.inside === 'repeat') {
    const around = parentKey === null ? [] : chainOf(state, parentKey)
    const repeats = around.some(({ step }) => {
      const kind = state.manifests.get(step.type)?.container?.kind
      return kind === 'map' || kind === 'loop'
    })
    return repeats ? null : `“${manifest.title}” ends the map or loop around it, and there is none.`
  }
  const around = state.manifests.get(manifest.inside)?.title ?? manifest.inside
  const parent = parentKey === null ? undefined : state.steps[parentKey]
  if (parent?.step.type !== manifest.inside) return `“${manifest.title}” belongs directly inside a “${around}”.`
  const other = childrenOf(state, parentKey).find((key) => state.steps[key]!.step.type === type && !moving.has(key))
  return other === undefined ? null : `“${nameOf(state, parentKey!)}” has a “${manifest.title}” already.`
}

/** Whether the list of step types offers this one for a graph: handlers only where there is room for them. */
export const offeredIn = (state: EditorState, type: string, parentKey: string | null): boolean => {
  const inside = state.manifests.get(type)?.inside ?? null
  return inside === null || inside === 'repeat' || placementProblem(state, type, parentKey) === null
}
