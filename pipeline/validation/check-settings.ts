import { checkSchema } from '../json-schema.ts'
import { didYouMean, nearestName } from '../nearest-name.ts'
import type { StepManifest } from '../manifest.ts'
import { formatField, type NodePath } from '../node-path.ts'
import { hasTemplate } from '../templates-of.ts'
import type { CheckContext } from './check-context.ts'
import { childOf } from './locate.ts'
import { allSteps, type LooseStep } from './loose-graph.ts'

/** Settings that do not fit the step type's schema. A text with an expression fits everywhere: its value is not known yet. */
export function checkSettings(context: CheckContext): void {
  for (const step of allSteps(context.graph)) checkStepSettings(context, step)
}

const isExpression = (value: unknown): boolean => typeof value === 'string' && hasTemplate(value)

function checkStepSettings(context: CheckContext, step: LooseStep): void {
  const { manifest, settings } = step
  if (manifest) checkSettingsOf(context, { manifest, settings, path: [...step.path, 'with'] })
}

/** Checks settings at any place against a step type. */
export function checkSettingsOf(
  context: CheckContext,
  { manifest, settings, path: base }: { manifest: StepManifest; settings: Record<string, unknown>; path: NodePath },
): void {
  const { config, type } = manifest
  for (const [field, { fixed }] of Object.entries(config.properties ?? {})) {
    const value = settings[field]
    if (!fixed || !isExpression(value)) continue
    const message = `${field} is read before any run, so it takes no expressions; write the value itself`
    context.report({ code: 'invalid-config', path: [...base, field], message })
  }
  checkExactlyOne(context, config.exactlyOne ?? [], settings, base)
  for (const issue of checkSchema({ schema: config, root: config }, settings, isExpression)) {
    const name = formatField(issue.path)
    const path = [...base, ...issue.path]
    if (issue.known) {
      const key = String(issue.path.at(-1))
      const suggestion = nearestName(key, issue.known)
      context.report({
        code: 'invalid-config',
        path,
        key: true,
        message: `${type} has no setting "${name}".${didYouMean(suggestion)}`,
        fix:
          suggestion === undefined
            ? { kind: 'remove', title: `Remove ${name}` }
            : { kind: 'rename', title: `Change it to ${suggestion}`, from: key, to: suggestion },
      })
      continue
    }
    const given = issue.path.reduce<unknown>(childOf, settings)
    const shown = issue.missing || typeof given === 'object' ? '' : ` (it is ${brief(given)})`
    context.report({ code: 'invalid-config', path, message: `${name} ${issue.message}${shown}` })
  }
}

function checkExactlyOne(
  context: CheckContext,
  fields: readonly string[],
  settings: Record<string, unknown>,
  base: NodePath,
): void {
  const [first] = fields
  if (first === undefined) return
  const given = fields.filter((field) => settings[field] !== undefined)
  const message =
    given.length === 0
      ? `one of ${fields.join(', ')} is missing`
      : `${given.join(' and ')} exclude each other; keep one of them`
  if (given.length !== 1) context.report({ code: 'invalid-config', path: [...base, given[1] ?? first], message })
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
