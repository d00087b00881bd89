import { durationPattern, durationToMs, rateOf, ratePattern } from '../document.ts'
import { errorCodes } from '../errors.ts'
import { didYouMean, nearestName } from '../nearest-name.ts'
import type { ProblemFix } from '../problem.ts'
import { hasTemplate } from '../templates-of.ts'
import { checkFallback } from './check-fallback.ts'
import type { CheckContext } from './check-context.ts'
import { childOf } from './locate.ts'
import { allSteps, type LooseStep } from './loose-graph.ts'

/** What policies say of themselves: values that make no sense, or that do nothing where they stand. Their form is checked elsewhere. */
export function checkPolicies(context: CheckContext): void {
  const runMs = durationOf(childOf(childOf(context.document, 'limits'), 'time'))
  if (runMs === 0)
    context.report({
      code: 'invalid-policy',
      path: ['limits', 'time'],
      message: 'A run that may take no time ends before its first step; write for example 1h',
    })
  const steps = [...allSteps(context.graph)]
  for (const step of steps) {
    checkTimeout(context, step, runMs)
    checkRetry(context, step)
    checkErrorValue(context, step)
    checkFallback(context, step)
    checkCache(context, step)
    checkLimit(context, step)
  }
  checkSharedLimits(context, steps)
}

interface PolicyFinding {
  field: (string | number)[]
  message: string
  severity?: 'warning'
  fix?: ProblemFix
}

function report(context: CheckContext, step: LooseStep, { field, ...finding }: PolicyFinding): void {
  context.report({ code: 'invalid-policy', path: [...step.path, ...field], ...finding })
}

function durationOf(value: unknown): number | null {
  return typeof value === 'string' && durationPattern.test(value) ? durationToMs(value) : null
}

function checkTimeout(context: CheckContext, step: LooseStep, runMs: number | null): void {
  const timeoutMs = durationOf(step.raw.timeout)
  if (timeoutMs === 0)
    report(context, step, {
      field: ['timeout'],
      message: 'A timeout of nothing stops the step before it starts; write for example 20s',
    })
  else if (timeoutMs !== null && runMs !== null && runMs > 0 && timeoutMs > runMs)
    report(context, step, {
      field: ['timeout'],
      severity: 'warning',
      message: `The timeout of ${String(step.raw.timeout)} is longer than the whole run may take (limits.time)`,
    })
}

const statusPattern = /^[1-5x][0-9x]{2}$/i

function checkRetry(context: CheckContext, step: LooseStep): void {
  const { retry } = step.raw
  if (childOf(retry, 'attempts') === 1)
    report(context, step, {
      field: ['retry', 'attempts'],
      severity: 'warning',
      message: 'One attempt is no second one: attempts counts the first',
      fix: { kind: 'replace', title: 'Make it 3 attempts', field: 'retry.attempts', value: 3 },
    })
  const on = childOf(retry, 'on')
  for (const [index, name] of (Array.isArray(on) ? (on as unknown[]) : []).entries()) {
    if (typeof name !== 'string' && typeof name !== 'number') continue
    const text = String(name)
    if (Object.hasOwn(errorCodes, text) || statusPattern.test(text)) continue
    const suggestion = nearestName(text, Object.keys(errorCodes))
    report(context, step, {
      field: ['retry', 'on', index],
      message: `"${text}" is no error code and no HTTP status such as 429 or 5xx.${didYouMean(suggestion)}`,
      fix:
        suggestion === undefined
          ? { kind: 'remove', title: `Remove ${text}` }
          : { kind: 'rename', title: `Change it to ${suggestion}`, from: text, to: suggestion },
    })
  }
}

function checkErrorValue(context: CheckContext, step: LooseStep): void {
  if (step.raw.error_value === undefined || step.raw.on_error === 'continue') return
  report(context, step, {
    field: ['error_value'],
    severity: 'warning',
    message: 'error_value is the value to go on with after a failure; that needs on_error: continue',
    fix: { kind: 'replace', title: 'Go on after a failure', field: 'on_error', value: 'continue' },
  })
}

function checkCache(context: CheckContext, step: LooseStep): void {
  const { cache, cache_key: key } = step.raw
  if (step.manifest?.container && cache !== undefined && cache !== 'off')
    report(context, step, {
      field: ['cache'],
      message: `${step.type} has steps inside: what they do is kept for each of them, not for the whole`,
      fix: { kind: 'remove', title: 'Remove cache' },
    })
  if (durationOf(cache) === 0)
    report(context, step, {
      field: ['cache'],
      message: 'Kept for no time, an output is never used again; write off, forever or a duration such as 1h',
      fix: { kind: 'replace', title: 'Keep nothing', field: 'cache', value: 'off' },
    })
  const isKept = cache === undefined ? (step.manifest?.cacheable ?? true) : cache !== 'off'
  if (key !== undefined && !isKept)
    report(context, step, {
      field: ['cache_key'],
      severity: 'warning',
      message: `Nothing of ${step.type ?? 'this step'} is kept, so its cache_key does nothing; say for how long in cache`,
      fix: { kind: 'replace', title: 'Keep it for an hour', field: 'cache', value: '1h' },
    })
}

function checkLimit(context: CheckContext, step: LooseStep): void {
  const { limit } = step.raw
  if (typeof limit !== 'object' || limit === null) return
  const [concurrency, rate] = [childOf(limit, 'concurrency'), childOf(limit, 'rate')]
  if (step.manifest?.container)
    report(context, step, {
      field: ['limit'],
      message: `${step.type} has steps inside: put the limit on those that call the service`,
      fix: { kind: 'remove', title: 'Remove limit' },
    })
  else if (concurrency === undefined && rate === undefined)
    report(context, step, {
      field: ['limit'],
      message:
        'The limit lets everything through; say how many at once (concurrency) or how often (rate, such as 60/m)',
      fix: { kind: 'replace', title: 'At most 5 at once', field: 'limit.concurrency', value: 5 },
    })
  if (typeof rate === 'string' && ratePattern.test(rate) && !rateOf(rate))
    report(context, step, {
      field: ['limit', 'rate'],
      message: `${rate} lets nothing through; write for example 60/m`,
    })
}

/** Steps with one key count together, so they should agree on how many there may be. */
function checkSharedLimits(context: CheckContext, steps: readonly LooseStep[]): void {
  const first = new Map<string, LooseStep>()
  for (const step of steps) {
    const { limit } = step.raw
    const key = childOf(limit, 'key')
    if (typeof key !== 'string' || hasTemplate(key)) continue
    const other = first.get(key)
    if (!other) first.set(key, step)
    else if (!isEqualLimit(other.raw.limit, limit))
      report(context, step, {
        field: ['limit'],
        severity: 'warning',
        message: `${other.stepPath} shares the limit "${key}" but has other numbers; give both the same, or another key`,
      })
  }
}

const isEqualLimit = (one: unknown, other: unknown): boolean =>
  childOf(one, 'concurrency') === childOf(other, 'concurrency') && childOf(one, 'rate') === childOf(other, 'rate')
