import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OrchestratorError } from '#pipeline/errors.ts'
import { evaluateCondition, evaluateDeep } from '#pipeline/expressions/expressions.ts'
import { createFolderFiles } from '#server/files/folder-files.ts'
import { createGuardedFetch } from '#server/network/guarded-fetch.ts'
import { createCodeRunner } from '#server/sandbox/quickjs.ts'
import {
  ExpandItems,
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
}

export interface StepResult {
  output: unknown
  ports: string[]
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
 * parsed, and the output checked against the declared schema. A container gives one entry per item: what `result` says,
 * or the item. Throws what the step throws.
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
  const result = await definition.execute(context as StepContext<never>)
  let output: unknown = result
  let ports = ['out']
  if (result instanceof TakePorts) {
    output = result.value
    ports = result.ports
  } else if (result instanceof ExpandItems) {
    const each = settings.result
    output = {
      items: result.items.map((item, index) => (each === undefined ? item : evaluate(each, { item, index }))),
    }
  }
  return { output: definition.outputSchema.parse(output), ports, deltas, logs, files }
}
