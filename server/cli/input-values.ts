import { existsSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import type { JsonValue, PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'

/** Splits `name=value` at the first `=`, the last of a name counting; values stay text here and are read by the input's type later. */
export function parseInputOptions(options: readonly string[]): Record<string, string> {
  const values = options.map((option) => {
    const at = option.indexOf('=')
    if (at <= 0) {
      throw new OrchestratorError('invalid-request', `-i ${option} is not of the form name=value.`, {
        fix: 'For example: -i city=Lisbon',
      })
    }
    return [option.slice(0, at), option.slice(at + 1)] as const
  })
  return Object.fromEntries(values)
}

/**
 * Values of file inputs as the run sees them: relative to the current folder where they are inside it; elsewhere by
 * their absolute path, and then named in `readable`. A default that is not in the current folder is looked for beside
 * the pipeline file.
 */
export function locateFileInputs(
  document: Pick<PipelineDocument, 'inputs'>,
  values: Readonly<Record<string, JsonValue>>,
  options: { pipelineFile: string; folder: string },
): { values: Record<string, JsonValue>; readable: string[] } {
  const located: Record<string, JsonValue> = { ...values }
  const readable: string[] = []
  for (const [name, spec] of Object.entries(document.inputs ?? {})) {
    const value = values[name]
    if (spec.type !== 'file' || typeof value !== 'string' || value === '') continue
    const here = resolve(options.folder, value)
    const beside = resolve(dirname(options.pipelineFile), value)
    const isDefault = value === spec.default
    const path = isDefault && !existsSync(here) && existsSync(beside) ? beside : here
    const inside = relative(options.folder, path)
    if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) located[name] = inside.split(sep).join('/')
    else {
      located[name] = path
      readable.push(path)
    }
  }
  return { values: located, readable }
}
