import { stepIdPattern } from './document.ts'

/** Keys and list positions from the root of a document: `['steps', 0, 'with', 'url']`. */
export type NodePath = readonly (string | number)[]

/** A path as one text, slashes and tildes escaped as in JSON Pointer; the root is the empty text. */
export function pointerOf(path: NodePath): string {
  return path.map((part) => `/${escapePart(String(part))}`).join('')
}

/** One part of a pointer. */
export function escapePart(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The parts of a pointer as texts. */
export function pointerParts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** How comments call each entry of a list of steps: by its id, or by its position where the id is no unique name. */
export function stepKeys(steps: readonly unknown[]): string[] {
  const ids = steps.map((step) =>
    typeof step === 'object' && step !== null && 'id' in step && typeof step.id === 'string' ? step.id : '',
  )
  const seen = new Map<string, number>()
  for (const id of ids) seen.set(id, (seen.get(id) ?? 0) + 1)
  return ids.map((id, index) => (stepIdPattern.test(id) && seen.get(id) === 1 ? id : String(index)))
}

/** Whether the list at this path is a list of steps (the pipeline's own or a container's body). */
export function isStepList(path: NodePath): boolean {
  return (
    path.length % 2 === 1 &&
    path.every((part, index) => (index % 2 === 0 ? part === 'steps' : typeof part === 'number'))
  )
}

/** A path inside a step or document as people read it: `with.cases[0].when`, `with["content type"]`. */
export function formatField(path: NodePath): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[\w$-]+$/.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part)}]`
  }
  return text
}
