import type { JsonValue } from '#pipeline/document.ts'
import type { Answer, RunEvent, Wait } from '#pipeline/events.ts'
import type { ModelUsage } from '#server/steps/define-step.ts'
import type { Attempt } from './attempt.ts'
import { cacheKeyOf, readCached, writeCached } from './cached-step.ts'
import { enterContainer } from './containers/enter-container.ts'
import type { RunHost } from './run-host.ts'
import { expandPart } from './spread/part-task.ts'
import { shortenValue } from './shorten-value.ts'
import { createStepContext } from './step-context.ts'
import { parseConfig, readStepResult, type StepResult } from './step-result.ts'
import { type ResolvedSettings, resolveSettings, type StepToRun, stepToRun } from './step-settings.ts'
import { involvedIn } from './locate-error.ts'
import { StreamWriter } from './streams/stream-writer.ts'
import { sumUsage } from './sum-usage.ts'

/** How an attempt came out when nothing was thrown: a fact, a wait, or (it was dropped meanwhile) nothing. */
export type StepOutcome =
  | { kind: 'event'; event: RunEvent; usage: ModelUsage[] }
  | { kind: 'park'; wait: Wait }
  | { kind: 'abandoned' }

/** What an attempt is told, and tells. */
export interface StepRunOptions {
  /** What ended the wait of a parked step: its code goes on from there. */
  answer?: Answer
  /** Settings are resolved (undefined: they could not be), and the attempt begins. */
  onStarted(inputs: JsonValue | undefined): void
}

const abandoned: StepOutcome = { kind: 'abandoned' }

/** Resolves settings, obeys the commit rule, asks the cache, runs the step's code and stores its output. Throws what the step throws. */
export async function runStep(host: RunHost, attempt: Attempt, options: StepRunOptions): Promise<StepOutcome> {
  const { task } = host
  const { node } = attempt
  const toRun = stepToRun(host, node)
  const resolved = await begin(host, attempt, toRun, options)
  if (attempt.over) return abandoned

  // The commit rule: what can be seen from outside begins only when nothing it rests on can be lost.
  // What is sent out then may come back, so the secrets in it are known before.
  if (toRun.effects !== 'pure') await Promise.all([host.durable(), host.redactor.learn(task.services.secrets)])
  if (attempt.over) return abandoned

  const keyed = options.answer ? null : cacheKeyOf(host, node, toRun, resolved)
  const key = keyed instanceof Promise ? await keyed : keyed
  const cached = key === null ? undefined : await readCached(host, node, key)
  if (attempt.over) return abandoned
  if (cached) return { kind: 'event', event: { ...succeeded(attempt), ...cached, cached: true }, usage: [] }

  // Another worker may have gone on with the run while this one was frozen: it asks before it touches the world.
  const sure = toRun.effects === 'pure' ? undefined : host.environment.lease?.valid(attempt.controller.signal)
  if (sure) await sure
  if (attempt.over) return abandoned

  const { part } = task
  if (part && node.path === part.path) return { kind: 'event', event: expandPart(part), usage: [] }

  const { usage } = attempt
  const returned = execute(host, attempt, toRun, resolved, options.answer)
  const result = readStepResult(toRun.definition, returned instanceof Promise ? await returned : returned)
  if (attempt.over) return abandoned
  if (result.kind === 'park') return result
  if (result.kind !== 'output') return { kind: 'event', event: await enterContainer(host, node, result), usage }
  return { kind: 'event', event: await outputEvent(host, attempt, toRun, result, key, usage), usage }
}

async function begin(
  host: RunHost,
  attempt: Attempt,
  toRun: StepToRun,
  { onStarted }: StepRunOptions,
): Promise<ResolvedSettings> {
  try {
    const resolved = await resolveSettings(host, attempt.node, toRun)
    if (!attempt.over) onStarted(host.redactor.value(shortenValue(resolved.config, 4_000)))
    return resolved
  } catch (error) {
    if (!attempt.over) onStarted(undefined)
    throw error
  }
}

function execute(
  host: RunHost,
  attempt: Attempt,
  { definition, field }: StepToRun,
  { config, names, inputs }: ResolvedSettings,
  answer: Answer | undefined,
): unknown {
  const { node, number, usage } = attempt
  attempt.beganAt ||= performance.now()
  attempt.involved = involvedIn(config)
  attempt.stream = node.step.streams ? new StreamWriter(host, attempt) : null
  const context = createStepContext({
    attempt,
    config: parseConfig(definition, config, field),
    inputs,
    names,
    evaluateOptions: { now: host.state.startedAt },
    services: host.task.services,
    redactor: host.redactor,
    onDelta: (delta) => host.task.onDelta(node.path, number, delta),
    onUsage: (used) => usage.push(used),
  })
  return answer ? definition.resume?.(context, answer) : definition.execute(context)
}

async function outputEvent(
  host: RunHost,
  attempt: Attempt,
  toRun: StepToRun,
  result: Extract<StepResult, { kind: 'output' }>,
  key: string | null,
  usage: ModelUsage[],
): Promise<RunEvent> {
  const { node, durationMs } = attempt
  const { environment, redactor } = host
  // A stream that ends without an item is a stream all the same: what hangs on it goes through none.
  const ports = attempt.stream && result.ports.includes('out') ? [...result.ports, 'stream'] : result.ports
  const output = await environment.values.store(redactor.value(result.value))
  const written = writeCached(host, node, { type: toRun.definition.manifest.type, key, durationMs }, { output, ports })
  if (written) await written
  return {
    ...succeeded(attempt),
    output,
    ports,
    durationMs,
    ...(result.ends ? { ends: result.ends } : {}),
    ...(node.fallback ? { fallback: node.fallback } : {}),
    ...(usage.length > 0 ? { usage: sumUsage(usage) } : {}),
  }
}

const succeeded = ({ node, number, durationMs }: Attempt) =>
  ({ type: 'step-succeeded', path: node.path, attempt: number, durationMs }) as const
