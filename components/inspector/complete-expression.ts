import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import type { EditorView } from '@codemirror/view'
import type { JsonSchema } from '#pipeline/manifest.ts'
import { expressionAt, filterDocs, testDocs } from '#pipeline/expressions/expressions.ts'
import type { ScopeName } from './expression-scope.ts'
import { shortValue } from './short-value.ts'

export interface CompletionSource {
  names(): ScopeName[]
  /** A name of a step that is not upstream was chosen: an edge has to be drawn. */
  onReference(stepKey: string): void
}

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Completion for a text with expressions: names of steps, their real fields from the last run, filters and tests. */
export function completeExpression(source: CompletionSource, bare: boolean) {
  return (context: CompletionContext): CompletionResult | null => {
    const text = context.state.doc.toString()
    const place = expressionAt(text, context.pos, { bare })
    if (!place || place.position === 'none' || place.position === 'statement') return null
    if (place.prefix === '' && !context.explicit && !/[.{|[ ]$/.test(text.slice(0, context.pos))) return null
    const options =
      place.position === 'filter'
        ? callables(filterDocs, 'function')
        : place.position === 'test'
          ? callables(testDocs, 'function')
          : place.position === 'attribute'
            ? attributes(source.names(), place)
            : roots(source, place)
    return options.length === 0 ? null : { from: place.from, to: place.to, options, validFor: /^\w*$/ }
  }
}

type Place = NonNullable<ReturnType<typeof expressionAt>>

const callables = (
  docs: Readonly<Record<string, { signature: string; summary: string }>>,
  type: string,
): Completion[] =>
  Object.entries(docs).map(([label, { signature, summary }]) => ({
    label,
    type,
    detail: signature === label ? undefined : signature.slice(label.length),
    info: summary,
  }))

function roots(source: CompletionSource, place: Place): Completion[] {
  const locals = place.locals.map(({ name }) => ({ label: name, type: 'variable', detail: 'loop', boost: 5 }))
  const names = source.names().map((entry): Completion => ({
    label: entry.name,
    type: entry.stepKey ? 'class' : 'variable',
    detail: entry.value === undefined ? entry.detail : shortValue(entry.value, entry.whole?.lengths),
    boost: entry.upstream ? 2 : -2,
    ...(entry.upstream ? {} : { info: 'Not before this step yet: choosing it draws the edge.' }),
    apply: (view, _completion, from, to) => {
      view.dispatch({
        changes: { from, to, insert: entry.name },
        selection: { anchor: from + entry.name.length },
        userEvent: 'input.complete',
      })
      if (!entry.upstream && entry.stepKey) source.onReference(entry.stepKey)
    },
  }))
  return [...locals, ...names]
}

/** What stands at a path: the value of the run when there is one, else the declared shape. */
function resolve(
  names: ScopeName[],
  place: Place,
  path: (string | number)[],
): { value: unknown; schema: JsonSchema | undefined } | null {
  const [root, ...rest] = path
  const local = place.locals.find(({ name }) => name === root)
  if (local?.over) return resolve(names, { ...place, locals: [] }, [...local.over, 0, ...rest])
  const entry = names.find(({ name }) => name === root)
  if (!entry) return null
  let value = entry.value
  let schema = entry.schema
  for (const key of rest) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string | number, unknown>)[key]
        : undefined
    schema = typeof key === 'number' ? schema?.items : schema?.properties?.[key]
  }
  return { value, schema }
}

/** A field whose name is no plain word: `row.` becomes `row["first name"]`. */
const applyInBrackets =
  (field: string) =>
  (view: EditorView, _completion: Completion, from: number, to: number): void => {
    const insert = `[${JSON.stringify(field)}]`
    const dot = from - 1
    view.dispatch({
      changes: { from: dot, to, insert },
      selection: { anchor: dot + insert.length },
      userEvent: 'input.complete',
    })
  }

function attributes(names: ScopeName[], place: Place): Completion[] {
  if (!place.path) return []
  const found = resolve(names, place, place.path)
  if (!found) return []
  const { value, schema } = found
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).map(([label, child]) => ({
      label,
      type: 'property',
      detail: shortValue(child),
      ...(plainName.test(label) ? {} : { apply: applyInBrackets(label) }),
    }))
  }
  return Object.entries(schema?.properties ?? {}).map(([label, child]) => ({
    label,
    type: 'property',
    detail: typeof child.type === 'string' ? child.type : undefined,
    info: child.description,
  }))
}
