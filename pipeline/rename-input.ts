import type { PipelineDocument, Step } from './document.ts'
import { findReferences } from './expressions/expressions.ts'
import type { StepManifest } from './manifest.ts'
import { mapTexts, templatedKeys, type TemplateField, templatesIn, templatesOf } from './templates-of.ts'

type Manifests = ReadonlyMap<string, StepManifest>

/**
 * The document with an input called otherwise: its declaration keeps its place, and every expression that reads
 * `inputs.from` reads `inputs.to`. Names that are computed (`inputs[name]`) cannot be followed.
 */
export function renameInput(
  document: PipelineDocument,
  from: string,
  to: string,
  manifests: Manifests,
): PipelineDocument {
  const inputs = Object.entries(document.inputs ?? {}).map(([name, spec]) => [name === from ? to : name, spec] as const)
  return {
    ...document,
    ...(document.inputs ? { inputs: Object.fromEntries(inputs) } : {}),
    steps: inSteps(document.steps, from, to, manifests),
    ...(document.outputs
      ? {
          outputs: rewrite(
            document.outputs,
            [],
            templatesIn(document.outputs, []),
            from,
            to,
          ) as PipelineDocument['outputs'],
        }
      : {}),
  }
}

function inSteps(steps: readonly Step[], from: string, to: string, manifests: Manifests): Step[] {
  return steps.map((step) => {
    const fields = templatesOf(step, manifests.get(step.type))
    const renamed: Record<string, unknown> = { ...step }
    for (const key of templatedKeys) if (key in step) renamed[key] = rewrite(step[key], [key], fields, from, to)
    if (step.steps) renamed['steps'] = inSteps(step.steps, from, to, manifests)
    return renamed as Step
  })
}

function rewrite(
  value: unknown,
  path: (string | number)[],
  fields: TemplateField[],
  from: string,
  to: string,
): unknown {
  const byPath = new Map(fields.map((field) => [JSON.stringify(field.path), field]))
  return mapTexts(value, path, (text, at) => {
    const field = byPath.get(JSON.stringify(at))
    return field ? inText(text, field.bare, from, to) : text
  })
}

/** From the last reference to the first, so that the places of those before stay true. */
function inText(text: string, bare: boolean, from: string, to: string): string {
  return findReferences(text, { bare })
    .filter(({ name, path }) => name === 'inputs' && path[0] === from)
    .reduceRight((changed, { start, end }) => {
      const read = changed.slice(start, end)
      const escaped = from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      const written = read.replace(
        new RegExp(`^(inputs\\s*)(?:(\\.\\s*)${escaped}(?![\\w])|(\\[\\s*(["']))${escaped}\\4)`),
        (_all, root: string, dot?: string, bracket?: string, quote?: string) =>
          dot === undefined ? `${root}${bracket}${to}${quote}` : `${root}${dot}${to}`,
      )
      return changed.slice(0, start) + written + changed.slice(end)
    }, text)
}
