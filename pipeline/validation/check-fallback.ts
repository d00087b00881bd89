import { didYouMean, nearestName } from '../nearest-name.ts'
import { outputPortsOf } from '../ports.ts'
import type { CheckContext } from './check-context.ts'
import { checkSettingsOf } from './check-settings.ts'
import { childOf } from './locate.ts'
import type { LooseStep } from './loose-graph.ts'

/** The step that stands in for another: its type, its settings, and whether it can leave the way the other does. */
export function checkFallback(context: CheckContext, step: LooseStep): void {
  const type = childOf(step.raw.fallback, 'type')
  if (typeof type !== 'string') return
  const path = [...step.path, 'fallback']
  const manifest = context.manifests.get(type)
  if (!manifest) {
    const suggestion = nearestName(type, context.manifests.keys())
    return context.report({
      code: 'unknown-step-type',
      path: [...path, 'type'],
      message: `There is no step type "${type}".${didYouMean(suggestion)}`,
      ...(suggestion === undefined
        ? {}
        : { fix: { kind: 'rename', title: `Change the type to ${suggestion}`, from: type, to: suggestion } }),
    })
  }
  if (manifest.container || manifest.inside !== null) {
    return context.report({
      code: 'invalid-policy',
      path,
      message: `${type} cannot stand in for another step: ${manifest.container ? 'it has steps inside' : 'it ends more than itself'}`,
      fix: { kind: 'remove', title: 'Remove the fallback' },
    })
  }
  const written = childOf(step.raw.fallback, 'with')
  const settings = isMap(written) ? written : {}
  checkSettingsOf(context, { manifest, settings, path: [...path, 'with'] })
  if (!step.manifest) return
  const own = new Set(outputPortsOf(step.manifest, step.step).map(({ name }) => name))
  const foreign = outputPortsOf(manifest, { with: settings as never }).find(({ name }) => !own.has(name))
  if (foreign && foreign.name !== 'stream') {
    context.report({
      code: 'invalid-policy',
      path,
      message: `${type} leaves by its port "${foreign.name}", which ${step.type} does not have`,
      fix: { kind: 'remove', title: 'Remove the fallback' },
    })
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
