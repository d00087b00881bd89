import type { JsonValue } from '#pipeline/document.ts'
import type { NodeState } from './core/core.ts'
import type { RunHost } from './run-host.ts'
import { stepCacheKey } from './step-cache.ts'
import { type ResolvedSettings, type StepToRun, takenEdges } from './step-settings.ts'

/** The key under which an equal step run is reused; null when none is to be. */
export function cacheKeyOf(
  host: RunHost,
  node: NodeState,
  toRun: StepToRun,
  { config, names }: ResolvedSettings,
): string | null {
  const { manifest } = toRun.definition
  if (!node.step.cache || node.fallback || manifest.container || node.step.streams) return null
  if (!host.environment.cache.pays(manifest.type)) return null
  const raw = JSON.stringify(toRun.settings)
  // `now` is the one thing an expression can read that is not in its names.
  if (/\bnow\b/.test(raw)) return null
  return stepCacheKey({
    type: manifest.type,
    version: manifest.version,
    config,
    names: manifest.lazy.length > 0 ? (names as Record<string, JsonValue>) : undefined,
    inputs: takenEdges(node).map(({ step, port, stored }) => ({
      step,
      port,
      value: stored && ('blob' in stored ? stored.blob : stored.value),
    })),
  })
}
