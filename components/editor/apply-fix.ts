import { applyDocument, documentFromDraft } from '#pipeline/draft/draft.ts'
import { parseNeed } from '#pipeline/edges.ts'
import { renameReference } from '#pipeline/expressions/expressions.ts'
import type { Problem } from '#pipeline/problem.ts'
import { addReference } from './connections.ts'
import type { EditContext } from './edit-context.ts'
import { renameStep } from './rename.ts'

/** Applies what a problem proposes, as one undo step; false when it proposes nothing or no longer fits. */
export function applyFix(context: EditContext, problem: Problem): boolean {
  const { fix } = problem
  if (!fix) return false
  const state = context.store.getState()
  const keyAt = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : state.stepKeys.find((key) => state.steps[key]!.path === path)
  const key = keyAt(problem.step)
  if (fix.kind === 'connect') {
    const from = keyAt(fix.from)
    const to = keyAt(fix.to)
    return from !== undefined && to !== undefined && addReference(context, to, from).ok
  }
  if (fix.kind === 'rename' && key !== undefined && problem.code === 'duplicate-step') {
    return renameStep(context, key, fix.to).ok
  }
  return changeField(context, problem)
}

/** The fixes that write or remove what stands at the problem's field. */
function changeField(context: EditContext, problem: Problem): boolean {
  const fix = problem.fix!
  const document = structuredClone(documentFromDraft(context.doc)) as Record<string, unknown>
  const stepPath = fix.kind === 'replace' ? (fix.step ?? problem.step) : problem.step
  let at: Record<string, unknown> | undefined = document
  for (const id of stepPath === undefined ? [] : stepPath.split('.')) {
    const steps: unknown = at?.steps
    at = Array.isArray(steps) ? steps.find((step: Record<string, unknown>) => step.id === id) : undefined
  }
  const field = fix.kind === 'replace' ? fix.field : problem.field
  if (!at || field === undefined) return false
  const keys = [...field.matchAll(/[^.[\]]+/g)].map(([part]) => part.replaceAll(/^["']|["']$/g, ''))
  const last = keys.pop()
  let holder: unknown = at
  for (const part of keys) holder = (holder as Record<string, unknown> | undefined)?.[part]
  if (last === undefined || typeof holder !== 'object' || holder === null) return false
  const record = holder as Record<string, unknown>
  if (fix.kind === 'remove') {
    if (Array.isArray(holder)) holder.splice(Number(last), 1)
    else delete record[last]
  } else if (fix.kind === 'replace') record[last] = fix.value
  else if (fix.kind === 'rename') {
    const value = record[last]
    if (keys.at(-1) === 'needs' && typeof value === 'string') {
      const { step, port } = parseNeed(value)
      record[last] =
        step === fix.from ? value.replace(fix.from, fix.to) : port === fix.from ? `${step}.${fix.to}` : value
    } else if (value === fix.from) record[last] = fix.to
    else if (typeof value === 'string') {
      const renamed = renameReference(value, fix.from, fix.to, { bare: !value.includes('{{') })
      // Not a name of its own but a field of a value: `load.rwos`.
      record[last] = renamed === value ? value.replace(fix.from, fix.to) : renamed
    }
    if (Object.hasOwn(record, fix.from) && !Object.hasOwn(record, fix.to)) {
      record[fix.to] = record[fix.from]
      delete record[fix.from]
    }
  }
  context.edit(() => applyDocument(context.doc, document as never))
  return true
}
