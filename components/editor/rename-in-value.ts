import type { JsonValue, Step } from '#pipeline/document.ts'
import { renameReference } from '#pipeline/expressions/expressions.ts'
import type { StepManifest } from '#pipeline/manifest.ts'

/** Writes `to` for the name `from` in every expression of a JSON value, however deep. */
export function renameInValue<Value extends JsonValue | undefined>(
  value: Value,
  from: string,
  to: string,
  bare = false,
): Value {
  if (typeof value === 'string') {
    return renameReference(value, from, to, { bare: bare && !value.includes('{{') }) as Value
  }
  if (Array.isArray(value)) return value.map((item) => renameInValue(item, from, to, bare)) as Value
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, renameInValue(item, from, to, bare)]),
    ) as Value
  }
  return value
}

/** The settings of a step with the name changed; fields that hold a bare condition are read as one. */
export function renameInSettings(
  settings: Step['with'],
  manifest: StepManifest | undefined,
  from: string,
  to: string,
): Step['with'] {
  if (!settings) return settings
  return Object.fromEntries(
    Object.entries(settings).map(([field, value]) => [
      field,
      renameInValue(value, from, to, isCondition(manifest, field)),
    ]),
  )
}

function isCondition(manifest: StepManifest | undefined, field: string): boolean {
  const control = manifest?.config.properties?.[field]?.control
  return control === 'condition' || control === 'cases'
}
