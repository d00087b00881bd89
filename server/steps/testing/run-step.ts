import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { Answer } from '#pipeline/events.ts'
import { evaluateCondition, evaluateDeep } from '#pipeline/expressions/expressions.ts'
import { createFolderFiles } from '#server/files/folder-files.ts'
import { createGuardedFetch } from '#server/network/guarded-fetch.ts'
import { createCodeRunner } from '#server/sandbox/quickjs.ts'
import {
  EndEarly,
  EnterBody,
  EnterLoop,
  ExpandItems,
  Park,
  type StepContext,
  type StepDefinition,
  type StepDelta,
  type StepFiles,
  type StepModels,
  TakePorts,
} from '../define-step.ts'

export interface RunStepOptions {
  /** Values that arrived over edges; what `flow.merge` reads. */
  inputs?: StepContext<unknown>['inputs']
  files?: StepFiles
  /** Text files written into a fresh folder before the step runs. */
  seedFiles?: Record<string, string>
  models?: StepModels
  secrets?: Record<string, string>
  signal?: AbortSignal
  attempt?: number
  /** What ends the wait of a step that parks; its time when absent. */
  answer?: Omit<Answer, 'at'>
  /** Whether something hangs on the `stream` port. */
  streaming?: boolean
}

export interface StepResult {
  output: unknown
  /** None of a step that ends more than itself. */
  ports: string[]
  /** What it handed on by its `stream` port. */
  yielded: JsonValue[]
  deltas: StepDelta[]
  logs: { level: string; message: string }[]
  files: StepFiles
}

const folders = mkdtempSync(join(tmpdir(), 'orchestrator-steps-'))
process.on('exit', () => rmSync(folders, { recursive: true, force: true }))
// Threads of the pool do not keep the process alive.
const code = createCodeRunner()
const fetchAnywhere = createGuardedFetch({ allowPrivate: true })

const noModels = (): Promise<never> =>
  Promise.reject(new OrchestratorError('model-missing', 'This test was given no models; pass options.models.'))

/**
 * Runs one step as the engine would, with real services: expressions in `with` are evaluated over `scope`, the settings
 * parsed, and the output checked against the declared schema. A container runs as if the last step inside gave the item (of
 * a map) or null. Throws what the step throws.
 */
export async function runStep(
  definition: StepDefinition,
  settings: Record<string, unknown>,
  scope: Record<string, unknown> = {},
  options: RunStepOptions = {},
): Promise<StepResult> {
  const { manifest } = definition
  const files = options.files ?? createFolderFiles(join(folders, randomUUID()))
  for (const [path, content] of Object.entries(options.seedFiles ?? {})) await files.write(path, content)
  const deltas: StepDelta[] = []
  const yielded: JsonValue[] = []
  const logs: StepResult['logs'] = []
  const evaluate = (template: unknown, names: Record<string, unknown> = {}) =>
    evaluateDeep(template, { ...scope, ...names })

  const resolved = Object.fromEntries(
    Object.entries(settings).map(([field, value]) => [
      field,
      manifest.lazy.includes(field) ? value : evaluateDeep(value, scope),
    ]),
  )
  const context: StepContext<unknown> = {
    config: definition.configSchema.parse(resolved),
    inputs: options.inputs ?? [],
    evaluate,
    evaluateCondition: (condition, names = {}) => evaluateCondition(condition, { ...scope, ...names }),
    signal: options.signal ?? new AbortController().signal,
    attempt: options.attempt ?? 1,
    streaming: options.streaming ?? false,
    async yield(items) {
      yielded.push(...items)
    },
    emit: (delta) => deltas.push(delta),
    models: options.models ?? {
      generate: noModels,
      embed: noModels,
      sentiment: noModels,
      entities: noModels,
      ocr: noModels,
    },
    fetch: fetchAnywhere,
    secrets: { get: (name) => Promise.resolve(options.secrets?.[name]) },
    files,
    code,
    log: (level, message) => logs.push({ level, message }),
  }
  const executed = await definition.execute(context as StepContext<never>)
  const result =
    executed instanceof Park
      ? await definition.resume?.(context as StepContext<never>, { kind: 'due', ...options.answer, at: Date.now() })
      : executed
  const ended = await runBody(definition, context, settings, result)
  const takes = ended instanceof TakePorts
  const output: unknown = takes || ended instanceof EndEarly ? ended.value : ended
  const ports = takes ? ended.ports : ended instanceof EndEarly ? [] : ['out']
  return { output: definition.outputSchema.parse(output), ports, yielded, deltas, logs, files }
}

/** What a container gives whose body has no steps; anything else as it is. */
function runBody(
  { afterItem, finish }: StepDefinition,
  context: StepContext<unknown>,
  settings: Record<string, unknown>,
  result: unknown,
): unknown {
  const within = (names: Record<string, unknown>) =>
    ({
      ...context,
      evaluate: (template, more) => context.evaluate(template, { ...names, ...more }),
      evaluateCondition: (condition, more) => context.evaluateCondition(condition, { ...names, ...more }),
    }) satisfies StepContext<unknown> as StepContext<never>
  const ended = { failed: false, broke: false, error: null, state: null, output: null, turns: 1 }
  if (result instanceof ExpandItems) {
    const { batch } = result.options
    const given = result.items === 'stream' ? [] : (result.items as JsonValue[])
    const runs: JsonValue[] = batch
      ? Array.from({ length: Math.ceil(given.length / batch) }, (_, n) => given.slice(n * batch, (n + 1) * batch))
      : given
    const items: JsonValue[] = []
    for (const [index, item] of runs.entries()) {
      const names = { item, index }
      const output = settings.result === undefined ? item : (context.evaluate(settings.result, names) as JsonValue)
      items.push(output)
      if (afterItem?.(within(names), { ...ended, index, output }).stop) break
    }
    return { items, errors: [], failed: 0, count: items.length }
  }
  if (result instanceof EnterLoop) {
    let state = result.state as JsonValue
    for (let index = 0; index < result.limit; index += 1) {
      const after = afterItem?.(within({ state, index }), { ...ended, index, state })
      state = (after?.state ?? null) as JsonValue
      if (!after?.again) return finish?.(within({}), { ...ended, state, turns: index + 1 })
    }
    throw new OrchestratorError('loop-limit', `The loop has not ended after ${result.limit} turns.`)
  }
  if (result instanceof EnterBody) return finish ? finish(within({}), ended) : (result.inputs ?? null)
  return result
}
