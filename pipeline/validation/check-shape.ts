import type { z } from 'zod'
import { pipelineDocumentSchema } from '../document.ts'
import type { ErrorCode } from '../errors.ts'
import { formatField, type NodePath } from '../node-path.ts'
import type { Problem } from '../problem.ts'
import { shortMessage } from '../short-message.ts'
import type { Positions } from '../yaml/positions.ts'
import { childOf, locate } from './locate.ts'

const policyFields = new Set(
  'retry timeout on_error error_value fallback cache cache_key limit priority runs_on'.split(' '),
)
const typeWords: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
}

/** Every place where a value is not of the form a pipeline document has. */
export function checkShape(value: unknown, positions?: Positions): Problem[] {
  if (value === null || value === undefined)
    return [shapeProblem(value, [], 'The pipeline is empty; it needs at least orchestrator, name and steps', positions)]
  const result = pipelineDocumentSchema.safeParse(value)
  if (result.success) return []
  return result.error.issues.map((issue) => {
    const path = issue.path.filter((part) => typeof part !== 'symbol')
    return shapeProblem(value, path, describeIssue(issue, value, path), positions)
  })
}

function shapeProblem(document: unknown, path: NodePath, message: string, positions: Positions | undefined): Problem {
  const place = locate(document, path, positions)
  const [first] = place.step ? path.slice(path.lastIndexOf('steps') + 2) : []
  const code: ErrorCode = policyFields.has(String(first)) ? 'invalid-policy' : 'document-shape'
  return { code, severity: 'error', message: shortMessage(message), ...place }
}

function describeIssue(issue: z.core.$ZodIssue, document: unknown, path: NodePath): string {
  const parent = path.slice(0, -1).reduce<unknown>(childOf, document)
  const key = path.at(-1)
  const given = path.reduce<unknown>(childOf, document)
  const subject = path.length === 0 ? 'A pipeline' : formatField(path.slice(stepDepth(path)) as NodePath)
  if (path.length === 1 && key === 'orchestrator')
    return given === undefined
      ? 'The first line of a pipeline is "orchestrator: 1"; it is missing'
      : `orchestrator is ${brief(given)}; this version reads 1`
  if (given === undefined && path.length > 0 && typeof parent === 'object')
    return `${subject} is missing${expectation(issue)}`
  if (issue.code === 'invalid_type') return `${subject} is ${brief(given)}${expectation(issue)}`
  if (issue.code === 'invalid_value') return `${subject} is ${brief(given)}; write one of ${listOf(issue.values)}`
  if (issue.code === 'invalid_format') return `${subject} is ${brief(given)}; write ${issue.message}`
  if (issue.code === 'too_small') return `${subject} is ${brief(given)}; ${emptyOrSmall(issue)}`
  if (issue.code === 'too_big') return `${subject} is ${brief(given)}; the largest is ${issue.maximum}`
  if (issue.code === 'invalid_union') return `${subject} is ${brief(given)}, which is not a JSON value`
  return `${subject}: ${issue.message}`
}

function emptyOrSmall(issue: z.core.$ZodIssue & { code: 'too_small' }): string {
  return issue.origin === 'string' ? 'it must not be empty' : `the smallest is ${issue.minimum}`
}

function stepDepth(path: NodePath): number {
  let depth = 0
  while (path[depth] === 'steps' && typeof path[depth + 1] === 'number') depth += 2
  return depth
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `; it must be ${typeWords[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value') return `; write one of ${listOf(issue.values)}`
  return ''
}

const listOf = (values: readonly unknown[]): string => values.map((value) => String(value)).join(', ')

/** A value in a few words for a message. */
function brief(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a map'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
