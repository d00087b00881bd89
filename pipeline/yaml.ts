import type { PipelineDocument } from './document.ts'
import type { Problem } from './problem.ts'
import { checkShape } from './validation/check-shape.ts'
import type { Positions } from './yaml/positions.ts'
import { printDocument } from './yaml/print-document.ts'
import { readText } from './yaml/read-document.ts'

export type { Positions } from './yaml/positions.ts'

/** A pipeline text that was read: `document` is null when it is no YAML or has not the form of a pipeline. */
export interface ParsedPipeline {
  document: PipelineDocument | null
  problems: Problem[]
  positions: Positions
  /** The plain values of the text whatever their form; undefined when it is no YAML. For checks that go on past the form. */
  value: unknown
}

/** Reads a pipeline from YAML 1.2 (JSON is YAML too). Never throws; every problem has line and column. */
export function parsePipeline(text: string): ParsedPipeline {
  const { value, comments, problems, positions } = readText(text)
  if (problems.length > 0) return { document: null, problems, positions, value: undefined }
  const shapeProblems = checkShape(value, positions)
  if (typeof value === 'object' && value !== null && 'comments' in value)
    shapeProblems.push({
      code: 'document-shape',
      severity: 'error',
      message: 'The key comments is reserved; write YAML comments (# ...) or choose another key',
      field: 'comments',
      ...positions.at(['comments'], { key: true }),
    })
  if (shapeProblems.length > 0) return { document: null, problems: shapeProblems, positions, value }
  const document = value as PipelineDocument
  if (Object.keys(comments).length > 0) document.comments = comments
  return { document, problems: [], positions, value }
}

/**
 * The canonical YAML text of a document: fixed key order, unknown keys sorted after them, layout last, comments where
 * they were. Reading it gives an equal document; printing that gives the same text.
 */
export function printPipeline(document: PipelineDocument): string {
  return printDocument(document)
}
