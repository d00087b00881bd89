import type { InputSpec, JsonValue, PipelineDocument, Step } from '#pipeline/document.ts'
import { pipelineMap, setPlain, setRecordEntry } from '#pipeline/draft/draft.ts'
import { type EditContext, stepMapOf } from './edit-context.ts'

/** The policies beside `with`, by their document keys. */
export type StepPolicies = Pick<
  Step,
  | 'retry'
  | 'timeout'
  | 'on_error'
  | 'error_value'
  | 'fallback'
  | 'cache'
  | 'cache_key'
  | 'limit'
  | 'priority'
  | 'runs_on'
  | 'disabled'
  | 'note'
>

/** The policies of a whole pipeline, by their document keys. */
export type PipelinePolicies = Pick<PipelineDocument, 'limits' | 'concurrency' | 'priority'>

/** Sets one setting; undefined removes it. Two people's edits of different settings both survive. */
export function setConfigField(context: EditContext, key: string, field: string, value: JsonValue | undefined): void {
  context.edit(() => {
    const map = stepMapOf(context, key)
    if (map) setRecordEntry(map, 'with', field, value)
  }, `${key}.with.${field}`)
}

/** Sets a policy; undefined removes it. */
export function setPolicy<Name extends keyof StepPolicies>(
  context: EditContext,
  key: string,
  name: Name,
  value: StepPolicies[Name],
): void {
  context.edit(() => {
    const map = stepMapOf(context, key)
    if (map) setPlain(map, name, value)
  }, `${key}.${name}`)
}

/** Sets several policies in one step of undo; undefined removes one. */
export function setPolicies(context: EditContext, key: string, policies: Partial<StepPolicies>): void {
  context.edit(() => {
    const map = stepMapOf(context, key)
    if (!map) return
    for (const [name, value] of Object.entries(policies)) setPlain(map, name, value)
  })
}

/** Sets a policy of the pipeline; undefined removes it. */
export function setPipelinePolicy<Name extends keyof PipelinePolicies>(
  context: EditContext,
  name: Name,
  value: PipelinePolicies[Name],
): void {
  context.edit(() => setPlain(pipelineMap(context.doc), name, value), `pipeline.${name}`)
}

/** Sets the name people see; an empty one falls back to what the id says. */
export function setName(context: EditContext, key: string, name: string): void {
  context.edit(() => {
    const map = stepMapOf(context, key)
    if (map) setPlain(map, 'name', name.trim() === '' ? undefined : name)
  }, `${key}.name`)
}

/** Disables steps, or enables them again when all of them are disabled. */
export function toggleDisabled(context: EditContext, keys: readonly string[]): void {
  const { steps } = context.store.getState()
  const disable = keys.some((key) => steps[key]?.step.disabled !== true)
  context.edit(() => {
    for (const key of keys) {
      const map = stepMapOf(context, key)
      if (map) setPlain(map, 'disabled', disable || undefined)
    }
  })
}

/** Names the pipeline. An empty name is not stored. */
export function setPipelineName(context: EditContext, name: string): void {
  const trimmed = name.trim()
  if (trimmed !== '') context.edit(() => setPlain(pipelineMap(context.doc), 'name', trimmed), 'pipeline.name')
}

export function setDescription(context: EditContext, description: string): void {
  context.edit(
    () => setPlain(pipelineMap(context.doc), 'description', description === '' ? undefined : description),
    'pipeline.description',
  )
}

/** Sets an input of the pipeline; undefined removes it. */
export function setInput(context: EditContext, name: string, spec: InputSpec | undefined): void {
  context.edit(() => setRecordEntry(pipelineMap(context.doc), 'input', name, spec), `pipeline.input.${name}`)
}

/** Sets an output of the pipeline; undefined removes it. */
export function setOutput(context: EditContext, name: string, value: JsonValue | undefined): void {
  context.edit(() => setRecordEntry(pipelineMap(context.doc), 'output', name, value), `pipeline.output.${name}`)
}
