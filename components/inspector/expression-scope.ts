import type { Editor, StepView } from '#components/editor/editor.ts'
import type { RunFeed } from '#components/runs/runs.ts'
import type { StoredValue } from '#pipeline/events.ts'
import type { JsonSchema } from '#pipeline/manifest.ts'

/** One name an expression of a step may start with. */
export interface ScopeName {
  name: string
  /** What it is, in a few words. */
  detail: string
  /** Its value in the shown run; undefined when there is none. */
  value?: unknown
  /** Its declared shape, for when there is no value yet. */
  schema?: JsonSchema
  /** The step it is the output of. */
  stepKey?: string
  /** False when using it needs a new edge. */
  upstream: boolean
}

const valueOf = (stored: StoredValue | null | undefined): unknown =>
  stored === null || stored === undefined ? undefined : 'value' in stored ? stored.value : stored.preview

/** Everything an expression of this step may read; `null` is the pipeline itself, whose outputs read every step. */
export function scopeNames(editor: Editor, feed: RunFeed | null, stepKey: string | null): ScopeName[] {
  const state = editor.store.getState()
  const names: ScopeName[] = []
  const steps =
    stepKey === null
      ? state.stepKeys.filter((key) => state.steps[key]!.parentKey === null).map((key) => ({ key, upstream: true }))
      : editor.actions.readableSteps(stepKey)
  for (const { key, upstream } of steps) {
    const view = state.steps[key]!
    const manifest = state.manifests.get(view.step.type)
    names.push({
      name: view.step.id,
      detail: manifest?.title ?? view.step.type,
      value: latestOutput(feed, view),
      schema: manifest?.output ?? undefined,
      stepKey: key,
      upstream,
    })
  }
  names.push(...containerNames(editor, feed, stepKey))
  const given = feed?.view.inputs ?? {}
  const defaults = Object.fromEntries(Object.entries(state.inputs).map(([name, spec]) => [name, spec.default ?? null]))
  if (Object.keys(state.inputs).length > 0) {
    names.push({ name: 'inputs', detail: 'What the run was given', value: { ...defaults, ...given }, upstream: true })
  }
  names.push({
    name: 'run',
    detail: 'This run',
    value: feed
      ? {
          id: feed.runId,
          started_at: feed.view.startedAt === null ? null : new Date(feed.view.startedAt).toISOString(),
        }
      : undefined,
    schema: { type: 'object', properties: { id: { type: 'string' }, started_at: { type: 'string' } } },
    upstream: true,
  })
  return names
}

/** In a container's body: the output of the first item that has one. */
function latestOutput(feed: RunFeed | null, view: StepView): unknown {
  return feed?.read(view.path)?.output
}

/** `item` and `index` of the containers around the step (and of the step itself, whose `result` reads them), with the first item's value. */
function containerNames(editor: Editor, feed: RunFeed | null, stepKey: string | null): ScopeName[] {
  const state = editor.store.getState()
  const names: ScopeName[] = []
  for (
    let view = stepKey === null ? undefined : state.steps[stepKey];
    view;
    view = view.parentKey ? state.steps[view.parentKey] : undefined
  ) {
    const manifest = state.manifests.get(view.step.type)
    const variables =
      manifest?.container?.variables ?? (manifest?.lazy.length ? { item: {}, index: { type: 'integer' } } : null)
    if (!variables) continue
    const first = firstItem(feed, view)
    for (const [name, schema] of Object.entries(variables)) {
      if (names.some((known) => known.name === name)) continue
      const value = name === 'item' ? first : name === 'index' && first !== undefined ? 0 : undefined
      names.push({
        name,
        detail: manifest?.container ? 'Of this map' : 'Each in turn',
        value,
        schema: schema as JsonSchema,
        upstream: true,
      })
    }
  }
  return names
}

function firstItem(feed: RunFeed | null, view: StepView): unknown {
  if (!feed) return undefined
  for (const { event } of feed.entries) {
    if (event.type === 'map-expanded' && event.path.replace(/\[\d+\]/g, '') === view.path) {
      const items = valueOf(event.items)
      return Array.isArray(items) ? items[0] : undefined
    }
  }
  // Steps that go through a list themselves (a filter, say) show it in their resolved settings.
  const resolved = feed.view.steps.get(view.path)?.inputs
  const items = typeof resolved === 'object' && resolved !== null && 'items' in resolved ? resolved.items : undefined
  return Array.isArray(items) ? (items[0] as unknown) : undefined
}

/** The names as a scope to evaluate in; null when a name the text reads has no value yet. */
export function scopeValues(names: readonly ScopeName[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => name.value !== undefined).map((name) => [name.name, name.value]))
}
