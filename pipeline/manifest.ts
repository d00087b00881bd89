import type { JsonValue } from './document.ts'
import type { ErrorCode } from './errors.ts'
import type { Answer } from './events.ts'

/** JSON Schema 2020-12 as `z.toJSONSchema` writes it, with our UI hints kept by `.meta()`. */
export interface JsonSchema {
  [key: string]: unknown
  type?: string | string[]
  title?: string
  description?: string
  default?: JsonValue
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  enum?: JsonValue[]
  anyOf?: JsonSchema[]
  /** Which control the inspector draws; when absent it follows from the type. */
  control?: FieldControl
  placeholder?: string
  /** Of a lazy field: the names its expressions see beside the usual ones; `item` and `index` when absent. */
  names?: string[]
  /** Of a lazy field of a container: it is read before the body runs, so its expressions do not see the steps inside. */
  outside?: boolean
  /** Read before any run: it takes no expressions. */
  fixed?: boolean
  /** Shown under "More settings". */
  advanced?: boolean
  /** Of all settings: exactly one of these fields must be there. */
  exactlyOne?: string[]
}

/**
 * `expression`: a value that is usually one `{{ }}`; `template`: text with expressions in it; `condition`: an
 * expression that is read as true or false; `lazy` fields (see StepManifest.lazy) are not resolved before the step.
 */
export type FieldControl =
  | 'text'
  | 'multiline'
  | 'template'
  | 'expression'
  | 'condition'
  | 'code'
  | 'sql'
  | 'json'
  | 'number'
  | 'toggle'
  | 'select'
  | 'file'
  | 'duration'
  | 'model'
  | 'labels'
  | 'key-value'
  | 'cases'
  | 'list'
  | 'schema'
  | 'pipeline'
  | 'date-time'

export type StepCategory = 'data' | 'text' | 'ai' | 'flow' | 'web' | 'files'

/** A promise about the outside world: `pure` touches nothing, `read` may see it, `write` may change it. */
export type StepEffects = 'pure' | 'read' | 'write'

export interface PortManifest {
  name: string
  title?: string
}

export interface StepExample {
  title: string
  with: Record<string, JsonValue>
  /** Values visible to expressions in `with`, e.g. `{ input: ... }`. */
  scope?: Record<string, JsonValue>
  /** Text files that are in the workspace before the example runs, by path. */
  files?: Record<string, string>
  /** Of a step that waits: what ends the wait; its time when absent. */
  answer?: Omit<Answer, 'at'>
  /** Expected output, matched as a subset (like vitest's toMatchObject for objects, exact for the rest). */
  output?: JsonValue
  /** Expected taken port, `out` when absent. */
  port?: string
  /** Expected error code, for what fails on purpose. */
  error?: ErrorCode
}

/**
 * How a container's body runs: `map` once per item, `loop` turn after turn, `body` once (flow.try, whose body may hold a
 * `catch` and a `finally`), `call` once with the steps of another pipeline (it has no body of its own).
 */
export type ContainerKind = 'map' | 'loop' | 'body' | 'catch' | 'finally' | 'call'

export interface ContainerManifest {
  kind: ContainerKind
  /** The names it binds for expressions inside, with their JSON Schemas. */
  variables: Record<string, JsonSchema>
}

/** One step type as plain JSON: palette, card, inspector, completion, docs, API and validation all read this. */
export interface StepManifest {
  type: string
  version: number
  title: string
  /** A template over the raw settings that says in words what the step does, e.g. `{{ method }} {{ url }}`. */
  summary: string
  /** A lucide icon name in kebab-case. */
  icon: string
  category: StepCategory
  /** Markdown: one short paragraph, then details. */
  docs: string
  /** Search words for the palette beside title and type. */
  keywords: string[]
  config: JsonSchema
  /** Top-level fields of `config` the engine passes unresolved: templates the step (or engine) evaluates itself, per item. */
  lazy: string[]
  output: JsonSchema | null
  inputPorts: PortManifest[]
  /** Static output ports. The `error` port is implied by `on_error: port` and not listed. */
  outputPorts: PortManifest[]
  /** More output ports out of the settings: for each entry of `with[field]`, its `key` is a port (flow.switch). */
  dynamicPorts: { field: string; key: string } | null
  /** `all`: runs when every edge in was taken; `merge`: as its settings `mode` and `count` say (flow.merge). */
  join: 'all' | 'merge'
  container: ContainerManifest | null
  /** Where the step may stand: only directly inside a step of this type (`flow.try`), or anywhere within a map or loop (`repeat`). */
  inside: string | null
  /** Labels a worker must announce to run steps of this type. */
  labels: string[]
  effects: StepEffects
  /** Whether an equal key may reuse a stored output (default: pure steps). */
  cacheable: boolean
  examples: StepExample[]
}
