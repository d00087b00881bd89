import type { PipelineDocument } from './document.ts'
import type { StepManifest } from './manifest.ts'
import type { Problem } from './problem.ts'
import { checkContainers } from './validation/check-containers.ts'
import { createContext } from './validation/check-context.ts'
import { checkEdges } from './validation/check-edges.ts'
import { checkExpressions } from './validation/check-expressions.ts'
import { checkInputSpecs } from './validation/check-input-specs.ts'
import { checkPolicies } from './validation/check-policies.ts'
import { checkSettings } from './validation/check-settings.ts'
import { checkShape } from './validation/check-shape.ts'
import { checkSteps } from './validation/check-steps.ts'
import { checkStreams } from './validation/check-streams.ts'
import { readGraph } from './validation/loose-graph.ts'
import { type Positions, parsePipeline } from './yaml.ts'

/**
 * Every problem of a document, in reading order: form, ids, types, edges, settings, expressions, types of values. Never
 * throws, whatever the value; with `positions` each problem has line and column.
 */
export function validatePipeline(
  document: unknown,
  manifests: ReadonlyMap<string, StepManifest>,
  options: { positions?: Positions } = {},
): Problem[] {
  const problems: Problem[] = []
  if (isTooDeep(document, 0, new Set(), new WeakSet())) return [tooDeep]
  try {
    problems.push(...checkShape(document, options.positions))
    const context = createContext(document, readGraph(document, manifests), manifests, problems, options.positions)
    checkInputSpecs(context)
    checkSteps(context)
    checkContainers(context)
    checkEdges(context)
    checkStreams(context)
    checkSettings(context)
    checkPolicies(context)
    checkExpressions(context)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    problems.push(tooDeep)
  }
  return options.positions ? problems.sort(byPosition) : problems
}

/** Reads and validates a text; `document` is null when the text has not the form of a pipeline. */
export function validateText(
  text: string,
  manifests: ReadonlyMap<string, StepManifest>,
): { document: PipelineDocument | null; problems: Problem[]; positions: Positions } {
  const { document, problems, positions, value } = parsePipeline(text)
  if (value === undefined) return { document, problems, positions }
  const seen = new Set(problems.map(problemKey))
  const more = validatePipeline(value, manifests, { positions }).filter((problem) => !seen.has(problemKey(problem)))
  return { document, problems: [...problems, ...more].sort(byPosition), positions }
}

/** Whether problems keep the pipeline from running. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error')
}

const maxDepth = 100
const tooDeep: Problem = { code: 'document-shape', severity: 'error', message: 'The pipeline is nested too deeply' }

/** Whether a value nests beyond the limit or contains itself; `open` holds the objects around it. */
function isTooDeep(value: unknown, depth: number, open: Set<object>, done: WeakSet<object>): boolean {
  if (typeof value !== 'object' || value === null || done.has(value)) return false
  if (depth > maxDepth || open.has(value)) return true
  open.add(value)
  const found = Object.values(value).some((child) => isTooDeep(child, depth + 1, open, done))
  open.delete(value)
  done.add(value)
  return found
}

const problemKey = ({ code, message, line, column }: Problem): string => JSON.stringify([code, message, line, column])

function byPosition(left: Problem, right: Problem): number {
  return (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0)
}
