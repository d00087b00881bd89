import { canonicalJson } from '#pipeline/content-hash.ts'
import type { Step } from '#pipeline/document.ts'
import type { Plan, PlanGraph, PlanStep } from '../core/core.ts'

/** A step whose result an earlier run cannot vouch for, by its document path. `open`: a container, only for its own settings. */
export interface ChangedStep {
  path: string
  how: 'again' | 'open'
}

/**
 * Steps that are new or not what they were in an earlier plan: another type, other settings or other edges in. Names, notes, places,
 * retries and the like do not count. Goes into called pipelines.
 */
export function changedSteps(before: Plan, now: Plan): ChangedStep[] {
  const changed: ChangedStep[] = []
  compareGraphs(before.root, now.root, '', { changed, compared: new Map() })
  return changed
}

interface Comparison {
  changed: ChangedStep[]
  /** Graphs compared already, further out: a pipeline that calls itself. */
  compared: Map<PlanGraph, Set<PlanGraph>>
}

function compareGraphs(before: PlanGraph, now: PlanGraph, prefix: string, comparison: Comparison): void {
  if (before === now) return
  const { changed, compared } = comparison
  const known = compared.get(now) ?? new Set()
  compared.set(now, known.add(before))
  for (const step of now.steps) {
    const path = `${prefix}${step.id}`
    const earlier = before.byId.get(step.id)
    if (!earlier || earlier.step.type !== step.step.type || !haveEqualEdges(earlier, step)) {
      changed.push({ path, how: 'again' })
      continue
    }
    const isSame = earlier.step === step.step || essenceOf(earlier.step) === essenceOf(step.step)
    if (!step.body || !earlier.body) {
      if (!isSame) changed.push({ path, how: 'again' })
      continue
    }
    if (!isSame) changed.push({ path, how: 'open' })
    if (known.has(earlier.body) && compared.get(step.body)?.has(earlier.body)) changed.push({ path, how: 'again' })
    else compareGraphs(earlier.body, step.body, `${path}.`, comparison)
  }
}

function haveEqualEdges(a: PlanStep, b: PlanStep): boolean {
  const edgesOf = ({ step: { needs } }: PlanStep): string => [...new Set(needs)].toSorted().join(' ')
  return edgesOf(a) === edgesOf(b)
}

/** What makes a step give out what it gives out. */
function essenceOf({ with: settings = {}, disabled = false, on_error, error_value, fallback }: Step): string {
  return canonicalJson({ settings, disabled, on_error, error_value, fallback })
}
