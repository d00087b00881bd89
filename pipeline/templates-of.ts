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
  /** Of a lazy field of a container: its expressions do not see the steps inside. */
  outside?: boolean
  /** What the field wants, where its schema is known. */
  schema: RootedSchema | null
}

/** Whether a text has expressions, statements or comments of the template language in it. */
export function hasTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#')
}

/** Controls of lazy fields in which braces are no expressions: a program, a regular expression. */
const plainControls: ReadonlySet<string> = new Set(['code', 'sql', 'text', 'multiline'])

/** The keys of a step that may hold expressions. */
export const templatedKeys = ['with', 'error_value', 'fallback', 'cache_key', 'limit'] as const

/** A step, or as much of one as there is: what its keys hold may be anything. */
export type TemplatedStep = Partial<Readonly<Record<(typeof templatedKeys)[number], unknown>>>

/** All texts with expressions in a step's settings and policies, in order. Code or plain text of a lazy field is passed as written and is none; neither is a field that takes no expressions. */
export function templatesOf(step: TemplatedStep, manifest: StepManifest | undefined): TemplateField[] {
  return [...settingsTemplates(entriesOf(step.with), manifest), ...policyTemplates(step)]
}

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []

function settingsTemplates(settings: [string, unknown][], manifest: StepManifest | undefined): TemplateField[] {
  const found: TemplateField[] = []
  const root: RootedSchema | null = manifest ? { schema: manifest.config, root: manifest.config } : null
  for (const [field, value] of settings) {
    const schema = root && schemaAt(root, field)
    const lazy = manifest?.lazy.includes(field) ?? false
    const meta = schema && resolveSchema(schema.schema, schema.root)
    if (meta?.fixed || (lazy && plainControls.has(meta?.control ?? ''))) continue
    const outside = lazy && meta?.outside === true
    const names = lazy ? (meta?.names ?? defaultNames(manifest)) : []
    visit(value, ['with', field], schema, (text, path, place) => {
      const bare = !hasTemplate(text) && controlOf(place) === 'condition' && text.trim() !== ''
      if (bare || hasTemplate(text))
        found.push({ path, text, bare, lazy, names, ...(outside && { outside }), schema: place })
    })
  }
  return found
}

/** A value for failures sees the `error`; a fallback may ask something for each item. */
function policyTemplates({ error_value, fallback, cache_key, limit }: TemplatedStep): TemplateField[] {
  const fallbackSettings = entriesOf(fallback).find(([key]) => key === 'with')?.[1]
  const limitKey = entriesOf(limit).find(([key]) => key === 'key')?.[1]
  return [
    ...templatesIn(error_value, ['error_value'], ['error']),
    ...templatesIn(fallbackSettings, ['fallback', 'with'], ['item', 'index']),
    ...templatesIn(cache_key, ['cache_key']),
    ...templatesIn(limitKey, ['limit', 'key']),
  ]
}

/** All texts with expressions in any other value, such as a pipeline's outputs. */
export function templatesIn(value: unknown, path: (string | number)[], names: readonly string[] = []): TemplateField[] {
  const found: TemplateField[] = []
  visit(value, path, null, (text, at) => {
    if (hasTemplate(text)) found.push({ path: at, text, bare: false, lazy: false, names, schema: null })
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
