import { resolveSchema, schemaAt, type RootedSchema } from './json-schema.ts'
import type { StepManifest } from './manifest.ts'

/** One text of a step's settings that holds expressions. */
export interface TemplateField {
  /** From the step: `['with', 'cases', 0, 'when']`. */
  path: (string | number)[]
  text: string
  /** The whole text is one expression without braces (a condition). */
  bare: boolean
  /** Not resolved before the step runs: other names are visible too. */
  lazy: boolean
  /** Names a lazy field's expressions see beside the usual ones. */
  names: readonly string[]
  /** What the field wants, where its schema is known. */
  schema: RootedSchema | null
}

/** Whether a text has expressions, statements or comments of the template language in it. */
export function hasTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#')
}

/** Controls of lazy fields in which braces are no expressions: a program, a regular expression. */
const plainControls: ReadonlySet<string> = new Set(['code', 'sql', 'text', 'multiline'])

/** All texts with expressions in a step's settings, in order. Code or plain text of a lazy field is passed as written and is none. */
export function templatesOf(
  step: { with?: Readonly<Record<string, unknown>> | undefined },
  manifest: StepManifest | undefined,
): TemplateField[] {
  const found: TemplateField[] = []
  const root: RootedSchema | null = manifest ? { schema: manifest.config, root: manifest.config } : null
  for (const [field, value] of Object.entries(step.with ?? {})) {
    const schema = root && schemaAt(root, field)
    const lazy = manifest?.lazy.includes(field) ?? false
    const meta = schema && resolveSchema(schema.schema, schema.root)
    if (lazy && plainControls.has(meta?.control ?? '')) continue
    const names = lazy ? (meta?.names ?? defaultNames(manifest)) : []
    visit(value, ['with', field], schema, (text, path, place) => {
      const bare = !hasTemplate(text) && controlOf(place) === 'condition' && text.trim() !== ''
      if (bare || hasTemplate(text)) found.push({ path, text, bare, lazy, names, schema: place })
    })
  }
  return found
}

/** All texts with expressions in any other value, such as a pipeline's outputs. */
export function templatesIn(value: unknown, path: (string | number)[]): TemplateField[] {
  const found: TemplateField[] = []
  visit(value, path, null, (text, at) => {
    if (hasTemplate(text)) found.push({ path: at, text, bare: false, lazy: false, names: [], schema: null })
  })
  return found
}

/** A copy of a value with every text replaced by what `change` says of it. */
export function mapTexts(
  value: unknown,
  path: (string | number)[],
  change: (text: string, path: (string | number)[]) => string,
): unknown {
  if (typeof value === 'string') return change(value, path)
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, [...path, index], change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, mapTexts(child, [...path, key], change)]))
}

// Lazy fields of the flow steps see what the graph sees; those of data steps are asked once per item.
function defaultNames(manifest: StepManifest | undefined): readonly string[] {
  return manifest?.category === 'flow' ? [] : ['item', 'index']
}

function controlOf(place: RootedSchema | null): unknown {
  return place ? resolveSchema(place.schema, place.root).control : undefined
}

function visit(
  value: unknown,
  path: (string | number)[],
  place: RootedSchema | null,
  see: (text: string, path: (string | number)[], place: RootedSchema | null) => void,
): void {
  if (typeof value === 'string') see(value, path, place)
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) visit(item, [...path, index], place && schemaAt(place, index), see)
  else if (typeof value === 'object' && value !== null)
    for (const [key, child] of Object.entries(value)) visit(child, [...path, key], place && schemaAt(place, key), see)
}
