import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { triedWords } from '#pipeline/error-text.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { NodePath } from '#pipeline/node-path.ts'
import type { Problem } from '#pipeline/problem.ts'
import type { Positions } from '#pipeline/yaml.ts'

/** What ended a run, as a problem of its file: line and column are those of the file, not of the expression in it. */
export function problemOfError(
  document: Pick<PipelineDocument, 'steps'>,
  positions: Positions,
  error: ErrorInfo,
): Problem {
  const { code, message, step, field, fix, details } = error
  const sentences = [message, triedWords(error), fix ?? ''].filter(Boolean)
  const path = [...pathOfStep(document.steps, step), ...partsOf(field)]
  const offset = details?.offset
  const options = typeof offset === 'number' && code.startsWith('expression-') ? { offset } : {}
  return {
    code,
    severity: 'error',
    message:
      sentences.length === 1
        ? message
        : sentences.map((text) => text.replace(/[.!?]?$/, (end) => end || '.')).join(' '),
    ...(step === undefined ? {} : { step }),
    ...(field === undefined ? {} : { field }),
    ...positions.at(path, options),
  }
}

/** The node of a step path of a run, such as `each[3].mood`. */
function pathOfStep(steps: readonly Step[], path: string | undefined): NodePath {
  const found: (string | number)[] = []
  let graph: readonly Step[] | undefined = steps
  for (const id of path?.replaceAll(/\[\d+\]/g, '').split('.') ?? []) {
    const index: number = graph?.findIndex((step) => step.id === id) ?? -1
    if (index < 0) return found
    found.push('steps', index)
    graph = graph?.[index]?.steps
  }
  return found
}

/** `with.cases[0].when` as keys and positions. */
const partsOf = (field: string | undefined): NodePath =>
  [...(field ?? '').matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([\w$-]+)/g)].map(([, index, quoted, name]) =>
    index === undefined ? (quoted ?? name ?? '') : Number(index),
  )
