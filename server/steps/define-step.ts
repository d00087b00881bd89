import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { Answer } from '#pipeline/events.ts'
import type {
  ContainerManifest,
  PortManifest,
  StepCategory,
  StepEffects,
  StepExample,
  StepManifest,
  JsonSchema,
} from '#pipeline/manifest.ts'
import type { StepOutcomeObject, TakePorts } from './step-outcomes.ts'

/**
 * Any JSON value, not looked into: values of a run are JSON already, and `z.json()` takes seconds for a hundred thousand
 * rows. Use these two in the settings and outputs of steps.
 */
export const anyJson = z.custom<JsonValue>(
  (value) =>
    value !== undefined && typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint',
  'Expected a value',
)

/** Any JSON object, such as a row of a table. */
export const anyJsonObject = z
  .custom<Record<string, JsonValue>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'Expected an object',
  )
  .meta({ type: 'object' })

/** What a step may show while it works. Not journaled; the final output is. */
export type StepDelta =
  | { kind: 'text'; text: string }
  | { kind: 'progress'; done: number; total?: number; failed?: number; message?: string }

/** The workspace's file store. Paths are relative, with `/`; leaving the store is a `path-outside` error. */
export interface StepFiles {
  read(path: string): Promise<Uint8Array>
  readText(path: string): Promise<string>
  /** Piece by piece, for files that are larger than what should be in memory at once. */
  readStream(path: string): AsyncIterable<Uint8Array>
  write(path: string, content: string | Uint8Array): Promise<{ path: string; size: number }>
  append(path: string, content: string | Uint8Array): Promise<{ path: string; size: number }>
  exists(path: string): Promise<boolean>
  /** Files whose path starts with the prefix, by path; all of them without one. */
  list(prefix?: string): Promise<{ path: string; size: number; mediaType: string }[]>
}

export interface GenerateRequest {
  model?: string
  prompt: string
  system?: string
  /** JSON Schema: asks for an object that fits it. */
  schema?: JsonSchema
  temperature?: number
  maxOutputTokens?: number
  /** Ends the request to the provider. */
  signal?: AbortSignal
}
export interface ModelUsage {
  model: string
  provider: string
  inputTokens: number
  outputTokens: number
  /** US dollars, null where the price is not known. Local models cost 0. */
  costUsd: number | null
}
export interface GenerateResult {
  text: string
  object?: JsonValue
  usage: ModelUsage
}

/** Options of a call to a local model. */
export interface LocalModelOptions {
  signal?: AbortSignal
}

/** The model gateway as a step sees it. Local models need no key and no network. */
export interface StepModels {
  generate(request: GenerateRequest, onText: (delta: string) => void): Promise<GenerateResult>
  /** One unit vector per text (512 numbers with the built-in model); a blank text gives zeros. */
  embed(texts: string[], options?: LocalModelOptions): Promise<number[][]>
  /** `score` from -1 (negative) to 1 (positive). */
  sentiment(
    texts: string[],
    options?: LocalModelOptions,
  ): Promise<{ label: 'positive' | 'neutral' | 'negative'; score: number }[]>
  /** `start` and `end` are character offsets into the text. */
  entities(
    texts: string[],
    options?: LocalModelOptions,
  ): Promise<{ value: string; type: string; start: number; end: number }[][]>
  /** Text of a PNG, JPEG, BMP or WebP picture; `confidence` from 0 to 1. */
  ocr(image: Uint8Array, language?: string, options?: LocalModelOptions): Promise<{ text: string; confidence: number }>
}

export interface CodeRunOptions {
  signal?: AbortSignal
  /** Called for each `console` line of the user's code, after it has ended. */
  onLog?: (level: 'info' | 'warn' | 'error', message: string) => void
}

/** Runs untrusted JavaScript in QuickJS in a worker thread. `code` is a function body that sees `input`. */
export interface StepCode {
  run(
    code: string,
    input: unknown,
    limits: { timeoutMs: number; memoryMb: number },
    options?: CodeRunOptions,
  ): Promise<JsonValue>
}

/** Everything a step can reach. Nothing else: no imports of ours, no process, no ambient network. */
export interface StepContext<Config> {
  /** Settings with expressions resolved, parsed by the step's zod schema. `lazy` fields are passed as written. */
  config: Config
  /** The values that arrived over taken edges, in the order of `needs`. */
  inputs: { step: string; port: string; value: unknown }[]
  /** Evaluates a template or condition of a lazy field with extra names in scope (`item`, `index` ...). */
  evaluate(template: unknown, names?: Record<string, unknown>): unknown
  /** Like `evaluate`, read as true or false the way Jinja does; a bare expression (`item.score > 1`) needs no braces. */
  evaluateCondition(condition: unknown, names?: Record<string, unknown>): boolean
  signal: AbortSignal
  /** From 1. */
  attempt: number
  emit(delta: StepDelta): void
  /** Whether an edge leaves the step's `stream` port: then it hands its items on with `yield` and leaves them out of its output. */
  streaming: boolean
  /** Hands items on to what hangs on the `stream` port; resolves once there is room for more. */
  yield(items: readonly JsonValue[]): Promise<void>
  models: StepModels
  /** Guarded against requests to private networks unless the workspace allows them. */
  fetch: (url: string, init?: RequestInit) => Promise<Response>
  secrets: { get(name: string): Promise<string | undefined> }
  files: StepFiles
  code: StepCode
  log(level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>): void
}

export {
  EndEarly,
  endEarly,
  EnterBody,
  enterBody,
  EnterLoop,
  enterLoop,
  ExpandItems,
  expandItems,
  type ExpandOptions,
  Park,
  park,
  TakePorts,
  takePorts,
} from './step-outcomes.ts'

/** One body run of a map or loop, as `afterItem` sees it. Expressions see the steps of that body run. */
export interface FinishedItem {
  index: number
  /** The result of the body run; null when it failed. */
  output: JsonValue
  failed: boolean
  /** Of a loop: the state this turn had. */
  state: JsonValue
  /** Whether a `flow.break` ended it; no turn follows then, whatever `afterItem` says. */
  broke: boolean
}

/** What follows from it: of a loop another turn with this state, of a map `stop: true` begins nothing more. */
export interface AfterItem {
  state?: unknown
  again?: boolean
  stop?: boolean
}

/** How the body of a loop, try or called pipeline has ended. */
export interface FinishedBody {
  /** Result of the (last) body run; of a try whose catch ran, that of the catch; of a called pipeline its outputs. */
  output: JsonValue
  /** Of a loop: the last state and how many turns there were. */
  state: JsonValue
  turns: number
  /** Of a try: what was caught. */
  error: ErrorInfo | null
}

export interface StepDefinitionInput<Config extends z.ZodType, Output extends z.ZodType> {
  type: string
  version?: number
  title: string
  summary: string
  icon: string
  category: StepCategory
  docs: string
  keywords?: string[]
  config: Config
  lazy?: string[]
  inputPorts?: PortManifest[]
  outputPorts?: PortManifest[]
  dynamicPorts?: { field: string; key: string }
  join?: 'all' | 'merge'
  container?: ContainerManifest
  inside?: string
  labels?: string[]
  output: Output
  effects: StepEffects
  cacheable?: boolean
  examples: StepExample[]
  execute(
    context: StepContext<z.output<Config>>,
  ): Promise<z.input<Output> | StepOutcomeObject> | z.input<Output> | StepOutcomeObject
  /** Of a step that parks: its output, given what ended the wait. The context is that of a new attempt at the same settings. */
  resume?(
    context: StepContext<z.output<Config>>,
    answer: Answer,
  ): Promise<z.input<Output> | TakePorts> | z.input<Output> | TakePorts
  /** Of a map or loop, after each body run. Absent: a map goes on, a loop ends. */
  afterItem?(context: StepContext<z.output<Config>>, item: FinishedItem): AfterItem
  /** Of a loop, try or call: its output. Absent: the output of its body. */
  finish?(context: StepContext<z.output<Config>>, body: FinishedBody): z.input<Output> | TakePorts
}

/** A registered step type: its manifest beside the code that only the server has. */
export interface StepDefinition {
  manifest: StepManifest
  configSchema: z.ZodType
  outputSchema: z.ZodType
  // The registry holds steps of every configuration type; each execute gets what its own schema parsed.
  execute(context: StepContext<never>): unknown
  resume?(context: StepContext<never>, answer: Answer): unknown
  afterItem?(context: StepContext<never>, item: FinishedItem): AfterItem
  finish?(context: StepContext<never>, body: FinishedBody): unknown
}

/** The one way to make a step type: see docs/adding-a-step-type.md. */
export function defineStep<Config extends z.ZodType, Output extends z.ZodType>(
  step: StepDefinitionInput<Config, Output>,
): StepDefinition {
  const manifest: StepManifest = {
    type: step.type,
    version: step.version ?? 1,
    title: step.title,
    summary: step.summary,
    icon: step.icon,
    category: step.category,
    docs: step.docs.trim(),
    keywords: step.keywords ?? [],
    config: toJsonSchema(step.config, 'input'),
    lazy: step.lazy ?? [],
    output: toJsonSchema(step.output, 'output'),
    inputPorts: step.inputPorts ?? [{ name: 'in' }],
    outputPorts: step.outputPorts ?? [{ name: 'out' }],
    dynamicPorts: step.dynamicPorts ?? null,
    join: step.join ?? 'all',
    container: step.container ?? null,
    inside: step.inside ?? null,
    labels: step.labels ?? [],
    effects: step.effects,
    cacheable: step.cacheable ?? step.effects === 'pure',
    examples: step.examples,
  }
  return {
    manifest,
    configSchema: step.config,
    outputSchema: step.output,
    execute: step.execute as StepDefinition['execute'],
    ...(step.resume ? { resume: step.resume as StepDefinition['resume'] } : {}),
    ...(step.afterItem ? { afterItem: step.afterItem as StepDefinition['afterItem'] } : {}),
    ...(step.finish ? { finish: step.finish as StepDefinition['finish'] } : {}),
  }
}

/** JSON Schema of a zod schema, short enough to read: "any JSON" is `{}`, not a recursive definition of it. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema
  const definitions = ($defs ?? {}) as Record<string, JsonSchema>
  const refersToAny = (reference: unknown) =>
    typeof reference === 'string' && isAnyJson(definitions[reference.replace('#/$defs/', '')] ?? {})
  const simplify = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(simplify)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value as JsonSchema).filter(
      ([key, child]) =>
        !(key === '$ref' && refersToAny(child)) &&
        !(key === 'anyOf' && isAnyJson({ anyOf: child as JsonSchema[] })) &&
        // What zod writes for every integer.
        child !== Number.MAX_SAFE_INTEGER &&
        child !== Number.MIN_SAFE_INTEGER,
    )
    return Object.fromEntries(entries.map(([key, child]) => [key, simplify(child)]))
  }
  const kept = Object.entries(definitions).filter(([, definition]) => !isAnyJson(definition))
  const simple = simplify(rest) as JsonSchema
  return kept.length === 0 ? simple : { ...simple, $defs: simplify(Object.fromEntries(kept)) }
}

function isAnyJson({ anyOf }: JsonSchema): boolean {
  const kinds = ['string', 'number', 'boolean', 'null', 'array', 'object']
  return anyOf?.length === kinds.length && kinds.every((kind) => anyOf.some(({ type }) => type === kind))
}
