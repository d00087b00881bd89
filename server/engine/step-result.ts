import type { JsonValue } from '#pipeline/document.ts'
import { type ErrorCode, type ErrorInfo, OrchestratorError, toErrorInfo } from '#pipeline/errors.ts'
import { ExpandItems, type StepDefinition, TakePorts } from '#server/steps/define-step.ts'
import type { z } from 'zod'
import type { PlanStep } from './core/core.ts'
import { toJson } from './to-json.ts'

/** What a step's execute came to. */
export type StepResult =
  | { kind: 'output'; value: JsonValue; ports: string[] }
  | { kind: 'expand'; items: JsonValue[]; concurrency: number }

/** Checks what execute returned against the step's type. Throws `output-invalid`. */
export function readStepResult(definition: StepDefinition, returned: unknown): StepResult {
  if (returned instanceof ExpandItems) {
    return { kind: 'expand', items: toJson(returned.items) as JsonValue[], concurrency: returned.concurrency }
  }
  const takes = returned instanceof TakePorts
  const parsed = definition.outputSchema.safeParse((takes ? returned.value : returned) ?? null)
  if (!parsed.success) {
    throw new OrchestratorError(
      'output-invalid',
      `${definition.manifest.type} returned ${describeIssue(parsed.error)}`,
      {
        retryable: false,
      },
    )
  }
  return { kind: 'output', value: toJson(parsed.data), ports: takes ? returned.ports : ['out'] }
}

/** Settings as the step's schema reads them. Throws `invalid-config` with the field. */
export function parseConfig(definition: StepDefinition, resolved: unknown): unknown {
  const parsed = definition.configSchema.safeParse(resolved)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new OrchestratorError('invalid-config', describeIssue(parsed.error), {
    field: ['with', ...(issue?.path ?? [])].map(pathPart).join(''),
    retryable: false,
  })
}

function pathPart(part: PropertyKey, position: number): string {
  if (typeof part === 'number') return `[${part}]`
  return position === 0 ? String(part) : `.${String(part)}`
}

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  const where = (issue?.path ?? []).map(pathPart).join('')
  return `${where === '' ? '' : `"${where}": `}${issue?.message ?? 'a value that does not fit'}`
}

/** A thrown value as the event has it: with the step's path, and the number of attempts when there were several. */
export function stepErrorInfo(
  error: unknown,
  path: string,
  attempt: number,
  code: ErrorCode = 'step-failed',
): ErrorInfo {
  const { field, details, ...info } = toErrorInfo(error, code)
  return {
    ...info,
    step: path,
    ...(field === undefined ? {} : { field }),
    ...(details || attempt > 1 ? { details: { ...details, ...(attempt > 1 ? { attempts: attempt } : {}) } } : {}),
  }
}

/** Whether another attempt may help: foreign errors may, ours say so. */
export function isRetryable(error: unknown): boolean {
  return !(error instanceof OrchestratorError) || error.retryable
}

/** The failure of a step that is out of time. */
export function timeoutError(step: PlanStep): OrchestratorError {
  return new OrchestratorError('step-timeout', `the step took longer than its timeout of ${step.step.timeout}`)
}
