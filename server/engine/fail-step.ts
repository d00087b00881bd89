import type { ErrorInfo } from '#pipeline/errors.ts'
import type { RunEvent, StoredValue } from '#pipeline/events.ts'
import { evaluateDeep } from '#pipeline/expressions/expressions.ts'
import type { JsonValue } from '#pipeline/document.ts'
import { type NodeState, failureEvent } from './core/core.ts'
import type { AttemptTrace } from './attempt.ts'
import { locateError } from './locate-error.ts'
import type { RunHost } from './run-host.ts'
import { sumUsage } from './sum-usage.ts'
import { namesOf } from './step-settings.ts'
import { toJson } from './to-json.ts'
import { withField } from './with-field.ts'
import { stepErrorInfo } from './step-result.ts'

type Failed = Extract<RunEvent, { type: 'step-failed' }>

/** An attempt that failed, or a container whose body did. */
export interface NodeFailure {
  node: NodeState
  attempt: number
  error: ErrorInfo
  /** Whether another attempt may help. */
  retryable: boolean
  durationMs: number
  /** Of an attempt of its own. */
  trace?: AttemptTrace | undefined
}

/**
 * What a failure becomes under the step's policies: another try, its fallback, a value to go on with, or the failure of its
 * graph. The error says where it was and, once nothing is left to try, what was tried.
 */
export function failNode(host: RunHost, failure: NodeFailure): void {
  const { node, attempt, error, retryable, durationMs, trace } = failure
  const { step, path } = node
  const at = host.environment.now()
  const located = host.redactor.error(locateError(host, node, error, trace?.involved))
  const event = failureEvent(step, {
    runId: host.task.runId,
    path,
    attempt,
    error: located,
    retryable,
    isFallback: node.fallback !== null,
    durationMs,
    at,
  })
  const spent = trace && trace.usage.length > 0 ? { usage: sumUsage(trace.usage) } : {}
  if (event.type === 'step-retried') return host.emit({ ...event, ...spent })
  const failed: Failed = { ...event, ...spent, error: withTried(node, attempt, event.error, at) }
  const template = step.step.error_value
  if (!failed.handled || step.onError !== 'continue' || template === undefined) return host.emit(failed)
  const release = host.hold()
  void handledValue(host, node, failed, template)
    .then((settled) => {
      const isCurrent = node.attempt === attempt && (node.status === 'running' || node.status === 'ready')
      if (isCurrent || node.status === 'expanded') host.emit(settled)
    })
    .finally(release)
}

/** The failure with what the step's `error_value` makes of it. When that fails too, nothing is handled. */
async function handledValue(host: RunHost, node: NodeState, failed: Failed, template: JsonValue): Promise<Failed> {
  try {
    const names = await namesOf(host, node.frame, template)
    const options = { now: host.state.startedAt }
    const value = toJson(evaluateDeep(template, { ...names, error: failed.error }, options))
    return { ...failed, output: await store(host, value) }
  } catch (thrown) {
    const error = stepErrorInfo(withField(thrown, 'error_value'), node.path)
    const both: ErrorInfo = {
      ...failed.error,
      ...error,
      message: `the value to go on with could not be worked out: ${error.message}. The step had failed: ${failed.error.message}`,
    }
    return { ...failed, error: host.redactor.error(both), handled: false, ports: [] }
  }
}

const store = async (host: RunHost, value: JsonValue): Promise<StoredValue> =>
  host.environment.values.store(host.redactor.value(value))

/** The last error with how often and how long the step was tried, and with the one before its fallback. */
function withTried(node: NodeState, attempt: number, error: ErrorInfo, at: number): ErrorInfo {
  // Of a step inside: that one says what was tried.
  if (error.tried) return error
  const first = node.fallback
  const durationMs = node.firstStartedAt === 0 ? 0 : Math.max(0, at - node.firstStartedAt)
  const attempts = first ? Math.max(1, attempt - 1) : attempt
  if (!first) return { ...error, tried: { attempts, durationMs } }
  const fallback = node.step.fallback!.type
  return {
    ...error,
    message: `${first.message} Its fallback ${fallback} failed too: ${error.message}`.replace(
      /([^.!?]) Its/,
      '$1. Its',
    ),
    tried: { attempts, durationMs, fallback },
    details: { ...error.details, first: { code: first.code, message: first.message, ...first.details } },
  }
}
