import { canonicalJson } from '#pipeline/content-hash.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { findReferences } from '#pipeline/expressions/expressions.ts'
import { walkSteps } from '#pipeline/graph.ts'

/** Document paths of the steps whose settings or policies read an input that is not what it was. */
export function stepsReadingChangedInputs(
  document: PipelineDocument,
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)])
  const changed = new Set([...names].filter((name) => canonicalJson(before[name]) !== canonicalJson(now[name])))
  if (changed.size === 0) return []
  const paths: string[] = []
  for (const { step, path } of walkSteps(document.steps)) {
    const { steps: _body, ...own } = step
    if (textsIn(own).some((text) => readsOneOf(text, changed))) paths.push(path)
  }
  return paths
}

function readsOneOf(text: string, inputs: ReadonlySet<string>): boolean {
  const bare = !text.includes('{{') && !text.includes('{%')
  return findReferences(text, { bare }).some(
    // `inputs[name]` may be any of them.
    ({ name, path: [input] }) => name === 'inputs' && (input === undefined || inputs.has(String(input))),
  )
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('inputs') ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}
