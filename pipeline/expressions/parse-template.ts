import type { Template } from './ast.ts'

/** Parses a text with expressions; never throws, errors are in the result. */
export function parseTemplate(source: string): Template {
  return { source, nodes: [], errors: [], lone: null }
}

/** Parses a condition: a bare expression, or a text with expressions when it has delimiters. */
export function parseCondition(source: string): Template {
  return parseTemplate(source)
}
