import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { evaluateTemplate } from '#pipeline/expressions/expressions.ts'
import type { NodeState } from './core/core.ts'
import type { RunHost } from './run-host.ts'
import { type CachedOutput, stepCacheKey } from './step-cache.ts'
import { namesOf, type ResolvedSettings, type StepToRun, takenEdges } from './step-settings.ts'
import type { Names } from './step-scope.ts'
import { toJson } from './to-json.ts'
import { withField } from './with-field.ts'

/** The key under which an equal step run is reused; null when none is to be. Throws with the field of a `cache_key` that cannot be evaluated. */
export function cacheKeyOf(
  host: RunHost,
  node: NodeState,
  toRun: StepToRun,
  resolved: ResolvedSettings,
): string | null | Promise<string | null> {
  const { manifest } = toRun.definition
  const { cache, step } = node.step
  if (!cache || node.fallback || manifest.container || node.step.streams) return null
  if (step.cache_key !== undefined) return ownKey(host, node, manifest, step.cache_key)
  if (!cache.explicit && !host.environment.cache.pays(manifest.type)) return null
  const raw = JSON.stringify(toRun.settings)
  // `now` is the one thing an expression can read that is not in its names.
  if (/\bnow\b/.test(raw)) return null
  return keyOfSettings(manifest, node, resolved)
}

type Manifest = StepToRun['definition']['manifest']

function keyOfSettings(
  { type, version, lazy }: Manifest,
  node: NodeState,
  { config, names }: ResolvedSettings,
): string {
  return stepCacheKey({
    type,
    version,
    config,
    names: lazy.length > 0 ? (names as Record<string, JsonValue>) : undefined,
    inputs: takenEdges(node).map(({ step, port, stored }) => ({
      step,
      port,
      value: stored && ('blob' in stored ? stored.blob : stored.value),
    })),
  })
}

/** What the step itself says is the same. */
async function ownKey(host: RunHost, node: NodeState, { type, version }: Manifest, template: string): Promise<string> {
  const key = await evaluatePolicy(host, node, 'cache_key', template)
  if (key === null || key === '') {
    throw new OrchestratorError('invalid-policy', 'the cache key is empty', {
      field: 'cache_key',
      fix: 'Write what tells one run of the step from another, for example {{ inputs.customer }}.',
      retryable: false,
    })
  }
  return stepCacheKey({ type, version, key })
}

/** The value of an expression in a policy of a step. Errors carry the field and are not worth another try. */
export async function evaluatePolicy(
  host: RunHost,
  node: NodeState,
  field: string,
  template: string,
  more: Names = {},
): Promise<JsonValue> {
  try {
    const names = await namesOf(host, node.frame, { template })
    return toJson(evaluateTemplate(template, { ...names, ...more }, { now: host.state.startedAt }))
  } catch (error) {
    const located = withField(error, field)
    if (!(located instanceof OrchestratorError)) throw located
    const { code, message, ...place } = located.info
    throw new OrchestratorError(code, message, { ...place, cause: error, retryable: false })
  }
}

/** What an equal step run left behind, as far as the step's policy takes it. */
export async function readCached(host: RunHost, node: NodeState, key: string): Promise<CachedOutput | undefined> {
  return host.environment.cache.read(host.task.workspaceId, key, node.step.cache?.maxAgeMs ?? null)
}

/** Keeps the output of a step for equal ones. Where the step asks for it, that is done before the step has succeeded. */
export function writeCached(
  host: RunHost,
  node: NodeState,
  step: { type: string; key: string | null; durationMs: number },
  cached: CachedOutput,
): Promise<void> | undefined {
  const { cache } = node.step
  if (!cache || node.fallback) return undefined
  const { workspaceId } = host.task
  if (cache.explicit && step.key !== null) return host.environment.cache.keep(workspaceId, step.key, cached)
  host.environment.cache.write(workspaceId, step.type, step.key, step.durationMs, cached)
  return undefined
}
