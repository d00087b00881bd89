import type { Step } from './document.ts'
import { evaluateTemplate, findReferences, parseTemplate } from './expressions/expressions.ts'
import type { StepManifest } from './manifest.ts'
import { hasTemplate } from './templates-of.ts'

const maxLength = 140

/**
 * What a step does in one plain line, from its type's summary and its settings as written; expressions are shown as what
 * they read (`load.rows`). Falls back to the type's title; never throws.
 */
export function summarizeStep(manifest: StepManifest, step: Pick<Step, 'with'>): string {
  try {
    const scope = { ...defaultsOf(manifest), ...(shorten(step.with ?? {}) as Record<string, unknown>) }
    const text = evaluateTemplate(manifest.summary, scope, { maxSteps: 20_000, maxBytes: 1_000_000 })
    const line = tidy(typeof text === 'string' ? text : JSON.stringify(text))
    return line === '' ? manifest.title : line
  } catch {
    return manifest.title
  }
}

/** A text with each expression replaced by the short name of what it reads; conditions without braces stay as they are. */
export function shortenExpressions(text: string): string {
  if (!hasTemplate(text)) return text
  const { nodes, errors } = parseTemplate(text)
  if (errors.length > 0) return text
  let result = ''
  for (const node of nodes) {
    if (node.kind === 'text') result += node.text
    else if (node.kind === 'output') result += nameOf(text.slice(node.expression.start, node.expression.end))
    else if (!result.endsWith('…')) result += '…'
  }
  return result
}

function nameOf(expression: string): string {
  const source = expression.trim()
  if (source.length <= 40) return source
  const [first] = findReferences(source, { bare: true })
  return first ? `${source.slice(first.start, first.end)} …` : `${source.slice(0, 39)}…`
}

function defaultsOf(manifest: StepManifest): Record<string, unknown> {
  const properties = Object.entries(manifest.config.properties ?? {})
  return Object.fromEntries(
    properties.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
  )
}

function shorten(value: unknown): unknown {
  if (typeof value === 'string') return shortenExpressions(value)
  if (Array.isArray(value)) return value.slice(0, 50).map(shorten)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, shorten(child)]))
}

function tidy(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > maxLength ? `${line.slice(0, maxLength - 1).trimEnd()}…` : line
}
