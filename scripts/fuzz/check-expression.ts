import assert from 'node:assert/strict'
import { OrchestratorError } from '#pipeline/errors.ts'
import {
  evaluateCondition,
  evaluateTemplate,
  expressionAt,
  findReferences,
  parseTemplate,
  renameReference,
  tokenizeForHighlight,
} from '#pipeline/expressions/expressions.ts'

const scope = {
  a: { x: 1, y: [true, null], items: 'own' },
  b: 'Some text, <b>ä</b> 😀',
  c: [3, 1, 2],
  d: [
    { x: 1, y: 'one' },
    { x: 2, y: null },
  ],
  e: null,
  f: 2.5,
  item: { text: 'words' },
  inputs: { limit: 3, name: 'Ann' },
}
const frozen = JSON.stringify(scope)
const small = { now: '2026-03-01T00:00:00Z', maxSteps: 50_000, maxBytes: 1_000_000 }
const full = { now: small.now }

/** Everything the language does with a text; throws when a promise is broken. */
export function checkExpression(text: string): void {
  const template = parseTemplate(text)
  for (const { offset, line, column } of template.errors) {
    assert.ok(offset >= 0 && offset <= text.length, `error at offset ${offset} of ${text.length}`)
    assert.ok(line >= 1 && column >= 1, `error at ${line}:${column}`)
  }
  for (const { name, start, end } of findReferences(text)) {
    assert.ok(text.startsWith(name, start) && end >= start + name.length && end <= text.length, `reference ${name}`)
  }
  findReferences(text, { bare: true })
  let last = 0
  for (const { start, end } of tokenizeForHighlight(text)) {
    assert.ok(start >= last && end >= start && end <= text.length, `highlight ${start}-${end} after ${last}`)
    last = end
  }
  expressionAt(text, Math.floor(text.length / 2))
  // One in sixteen may use all that a run allows, which is a second of work for a hostile text.
  const limits = text.length % 16 === 0 ? full : small
  const result = outcome(() => evaluateTemplate(text, scope, limits))
  outcome(() => evaluateCondition(text, scope, small))
  const renamed = renameReference(text, 'a', 'renamed')
  if (template.errors.length === 0 && result !== 'failed: expression-limit') {
    const { a, ...rest } = scope
    assert.equal(
      outcome(() => evaluateTemplate(renamed, { ...rest, renamed: a }, limits)),
      result,
      'after a rename',
    )
  }
  assert.equal(JSON.stringify(scope), frozen, 'the scope has changed')
  assert.deepEqual(Object.keys(Object.prototype), [], 'a prototype was changed')
}

/** The value as JSON, or the code of the error; any other error than the language's own is thrown on. */
function outcome(evaluate: () => unknown): string {
  try {
    return JSON.stringify(evaluate()) ?? 'nothing'
  } catch (error) {
    if (error instanceof OrchestratorError && error.code.startsWith('expression-')) return `failed: ${error.code}`
    throw error
  }
}
