import type { JsonValue } from '#pipeline/document.ts'
import { type ErrorCode, type ErrorInfo, OrchestratorError, toErrorInfo } from '#pipeline/errors.ts'
import type { Wait } from '#pipeline/events.ts'
import {
  EndEarly,
  EnterBody,
  EnterLoop,
  ExpandItems,
  type ExpandOptions,
  Park,
  type StepDefinition,
  TakePorts,
} from '#server/steps/define-step.ts'
import type { z } from 'zod'
import type { PlanStep } from './core/core.ts'
import { toJson } from './to-json.ts'

/** What a step's code came to. */
export type StepResult =
  | { kind: 'output'; value: JsonValue; ports: string[]; ends?: 'container' | 'run' }
  | { kind: 'expand'; items: JsonValue[] | 'stream'; options: ExpandOptions }
  | { kind: 'loop'; state: JsonValue; limit: number }
  | { kind: 'body'; inputs: Record<string, JsonValue> | null }
  | { kind: 'park'; wait: Wait }

/** Checks what a step's code returned against its type. Throws `output-invalid`. */
export function readStepResult(definition: StepDefinition, returned: unknown): StepResult {
  if (returned instanceof ExpandItems) {
    const { items, options } = returned
    return { kind: 'expand', items: items === 'stream' ? items : (toJson(items) as JsonValue[]), options }
  }
  if (returned instanceof EnterLoop) return { kind: 'loop', state: toJson(returned.state), limit: returned.limit }
  if (returned instanceof EnterBody) {
    const { inputs } = returned
    return { kind: 'body', inputs: inputs ? (toJson(inputs) as Record<string, JsonValue>) : null }
  }
  if (returned instanceof Park) return { kind: 'park', wait: toJson(returned.wait) as unknown as Wait }
  if (returned instanceof EndEarly) {
    return { kind: 'output', value: readOutput(definition, returned.value), ports: [], ends: returned.ends }
  }
  const takes = returned instanceof TakePorts
  const value = readOutput(definition, takes ? returned.value : returned)
  return { kind: 'output', value, ports: takes ? returned.ports : ['out'] }
}

function readOutput(definition: StepDefinition, value: unknown): JsonValue {
  const parsed = definition.outputSchema.safeParse(value ?? null)
  if (parsed.success) return toJson(parsed.data)
  const message = `${definition.manifest.type} returned ${describeIssue(parsed.error)}`
  throw new OrchestratorError('output-invalid', message, { retryable: false })
}

/** Settings as the step's schema reads them. Throws `invalid-config` with the field, below `place`. */
export function parseConfig(definition: StepDefinition, resolved: unknown, place = 'with'): unknown {
  const parsed = definition.configSchema.safeParse(resolved)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new OrchestratorError('invalid-config', describeSetting(definition, resolved, issue), {
    field: [place, ...(issue?.path ?? [])].map(pathPart).join(''),
    retryable: false,
  })
}

const kindWords: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** `"items" of data.sort is "abc", but must be a list`; what the schema says in its own words stays as it is. */
function describeSetting({ manifest }: StepDefinition, settings: unknown, issue: z.core.$ZodIssue | undefined): string {
  if (!issue || issue.path.length === 0) return issue?.message ?? `the settings of ${manifest.type} do not fit`
  const name = `"${issue.path.map(pathPart).join('').replace(/^\./, '')}" of ${manifest.type}`
  const given = issue.path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    settings,
  )
  const shown = given === undefined ? 'missing' : shortText(JSON.stringify(given))
  if (issue.code !== 'invalid_type') return `${name} is ${shown}: ${issue.message}`
  const wanted = kindWords[issue.expected] ?? issue.expected
  return given === undefined ? `${name} is missing; it must be ${wanted}` : `${name} is ${shown}, but must be ${wanted}`
}

const shortText = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text)

function pathPart(part: PropertyKey, position: number): string {
  if (typeof part === 'number') return `[${part}]`
  return position === 0 ? String(part) : `.${String(part)}`
}

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  const where = (issue?.path ?? []).map(pathPart).join('')
  return `${where === '' ? '' : `"${where}": `}${issue?.message ?? 'a value that does not fit'}`
}

/** A thrown value as the event has it: with the step's path. */
export function stepErrorInfo(error: unknown, path: string, code: ErrorCode = 'step-failed'): ErrorInfo {
  const { field, details, ...info } = toErrorInfo(error, code)
  return {
    ...info,
    step: path,
    ...(field === undefined ? {} : { field }),
    ...(details ? { details } : {}),
  }
}

/** Whether another attempt may help: foreign errors may, ours say so. */
export function isRetryable(error: unknown): boolean {
  return !(error instanceof OrchestratorError) || error.retryable
}

/** Failures of a container that would come again just the same. */
const lastingCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'loop-limit',
  'call-depth',
  'flow-failed',
  'invalid-config',
  'input-missing',
  'input-invalid',
  'output-invalid',
  'unknown-reference',
  'expression-syntax',
  'expression-evaluation',
  'expression-limit',
  'rejected',
  'run-limit',
])

/** The same of an error that is in the journal, such as that of a step inside a container. */
export function isRetryableInfo({ code }: ErrorInfo): boolean {
  return !lastingCodes.has(code)
}

/** The failure of a step that is out of time. */
export function timeoutError(step: PlanStep): OrchestratorError {
  return new OrchestratorError('step-timeout', `the step took longer than its timeout of ${step.step.timeout}`)
}
