import type { Editor, StepView } from '#components/editor/editor.ts'
import type { RunFeed } from '#components/runs/runs.ts'
import type { StoredValue } from '#pipeline/events.ts'
import type { JsonSchema } from '#pipeline/manifest.ts'
import { sampleItemIndex, sampleRunPath } from './sample-item.ts'

/** One name an expression of a step may start with. */
export interface ScopeName {
  name: string
  /** What it is, in a few words. */
  detail: string
  /** Its value in the shown run; undefined when there is none. */
  value?: unknown
  /** Where the whole value is, when `value` is a shortened one. */
  whole?: { runPath: string; bytes: number; lengths: Readonly<Record<string, number>> }
  /** Its declared shape, for when there is no value yet. */
  schema?: JsonSchema
  /** The step it is the output of. */
  stepKey?: string
  /** False when using it needs a new edge. */
  upstream: boolean
}

/**
 * Everything an expression in a field of this step may read; `null` is the pipeline itself, whose outputs read every
 * step. Inside a container the values are those of one of its items, the same for all names.
 */
export function scopeNames(
  editor: Editor,
  feed: RunFeed | null,
  stepKey: string | null,
  field: string | null = null,
): ScopeName[] {
  const state = editor.store.getState()
  const steps =
    stepKey === null
      ? state.stepKeys.filter((key) => state.steps[key]!.parentKey === null).map((key) => ({ key, upstream: true }))
      : editor.actions.readableSteps(stepKey)
  return [
    ...variableNames(editor, feed, stepKey, field),
    ...steps.map(({ key, upstream }) => stepName(editor, feed, state.steps[key]!, upstream)),
    ...inputNames(editor, feed),
    runName(feed),
  ]
}

function stepName(editor: Editor, feed: RunFeed | null, view: StepView, upstream: boolean): ScopeName {
  const manifest = editor.store.getState().manifests.get(view.step.type)
  const runPath = feed ? sampleRunPath(feed.view, view.path) : view.path
  return {
    name: view.step.id,
    detail: manifest?.title ?? view.step.type,
    schema: manifest?.output ?? undefined,
    stepKey: view.key,
    upstream,
    ...shownValue(feed?.view.steps.get(runPath)?.output, runPath),
  }
}

function shownValue(stored: StoredValue | null | undefined, runPath: string): Pick<ScopeName, 'value' | 'whole'> {
  if (!stored) return {}
  if ('value' in stored) return { value: stored.value }
  return { value: stored.preview, whole: { runPath, bytes: stored.bytes, lengths: stored.lengths ?? {} } }
}

function inputNames(editor: Editor, feed: RunFeed | null): ScopeName[] {
  const { inputs } = editor.store.getState()
  if (Object.keys(inputs).length === 0) return []
  const defaults = Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, spec.default ?? null]))
  const value = { ...defaults, ...feed?.view.inputs }
  return [{ name: 'inputs', detail: 'What the run was given', value, upstream: true }]
}

function runName(feed: RunFeed | null): ScopeName {
  const startedAt = feed?.view.startedAt ?? null
  return {
    name: 'run',
    detail: 'This run',
    value: feed && startedAt !== null ? { id: feed.runId, started_at: new Date(startedAt).toISOString() } : undefined,
    schema: { type: 'object', properties: { id: { type: 'string' }, started_at: { type: 'string' } } },
    upstream: true,
  }
}

/** `item`, `index` and the like of the containers around the step, and of its own lazy field. */
function variableNames(
  editor: Editor,
  feed: RunFeed | null,
  stepKey: string | null,
  field: string | null,
): ScopeName[] {
  const state = editor.store.getState()
  const own = stepKey === null ? undefined : state.steps[stepKey]
  if (!own) return []
  const names: ScopeName[] = []
  const add = (entry: ScopeName): void => {
    if (!names.some((known) => known.name === entry.name)) names.push(entry)
  }
  for (const entry of ownNames(editor, feed, own, field)) add(entry)
  for (let view = parentOf(state, own); view; view = parentOf(state, view)) {
    for (const entry of containerVariables(editor, feed, view)) add(entry)
  }
  return names
}

const parentOf = (state: ReturnType<Editor['store']['getState']>, view: StepView): StepView | undefined =>
  view.parentKey === null ? undefined : state.steps[view.parentKey]

/** What a lazy field reads beside the usual names: the items it goes through, and a container's body. */
function ownNames(editor: Editor, feed: RunFeed | null, view: StepView, field: string | null): ScopeName[] {
  const state = editor.store.getState()
  const manifest = state.manifests.get(view.step.type)
  if (!manifest || field === null || !manifest.lazy.includes(field)) return []
  if (manifest.container) {
    const body = state.stepKeys.filter((key) => state.steps[key]!.parentKey === view.key)
    return [
      ...containerVariables(editor, feed, view),
      ...body.map((key) => stepName(editor, feed, state.steps[key]!, true)),
    ]
  }
  const listed = manifest.config.properties?.[field]?.names ?? (manifest.category === 'flow' ? [] : ['item', 'index'])
  const resolved = feed?.view.steps.get(sampleRunPath(feed.view, view.path))?.inputs
  const items = typeof resolved === 'object' && resolved !== null && 'items' in resolved ? resolved.items : undefined
  const first = Array.isArray(items) ? items[0] : undefined
  return listed.map((name) => ({
    name,
    detail: 'Each in turn',
    value: name === 'item' ? first : name === 'index' && first !== undefined ? 0 : undefined,
    upstream: true,
  }))
}

function containerVariables(editor: Editor, feed: RunFeed | null, view: StepView): ScopeName[] {
  const manifest = editor.store.getState().manifests.get(view.step.type)
  const variables = manifest?.container?.variables ?? {}
  const runPath = feed ? sampleRunPath(feed.view, view.path) : view.path
  return Object.entries(variables).map(([name, schema]) => ({
    name,
    detail: `Of ${view.step.name ?? view.step.id}`,
    value: feed ? variableValue(feed, runPath, name) : undefined,
    schema,
    upstream: true,
  }))
}

/** What a container's name stood for: of a map its sample item, of a loop its last turn, of a try the error that was caught. */
function variableValue(feed: RunFeed, runPath: string, name: string): unknown {
  const step = feed.view.steps.get(runPath)
  if (name === 'state') {
    const state = step?.loop?.state
    return state && ('value' in state ? state.value : state.preview)
  }
  if (name === 'error') return caughtError(feed, runPath.slice(0, runPath.lastIndexOf('.')))
  const items = feed.itemsOf(runPath)
  const index = step?.loop ? Math.max(0, step.loop.turns - 1) : sampleItemIndex(feed.view, runPath)
  if (name === 'index') return step?.loop || items ? index : undefined
  return name === 'item' ? items?.[index] : undefined
}

/** The failure that ended the body of a try. */
function caughtError(feed: RunFeed, tryPath: string): unknown {
  for (const step of feed.view.steps.values()) {
    if (step.status === 'failed' && step.path.startsWith(`${tryPath}.`)) return step.error ?? undefined
  }
  return undefined
}

/** The names that have a value, as a scope to evaluate in. */
export function scopeValues(names: readonly ScopeName[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => name.value !== undefined).map((name) => [name.name, name.value]))
}
