import assert from 'node:assert/strict'
import { resolveInputs } from '#pipeline/check-inputs.ts'
import { contentHash } from '#pipeline/content-hash.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { inferEdges } from '#pipeline/infer-edges.ts'
import { renameStep } from '#pipeline/rename-step.ts'
import { summarizeStep } from '#pipeline/summary.ts'
import { hasErrors, validateText } from '#pipeline/validate.ts'
import { parsePipeline, printPipeline } from '#pipeline/yaml.ts'
import { compile } from '#server/engine/core/core.ts'
import { manifests } from '#server/steps/registry.ts'

/** Everything that is done with the text of a pipeline before it runs; throws when a promise is broken. */
export function checkDocument(text: string): void {
  const { document, problems } = validateText(text, manifests)
  for (const { line, column, message } of problems) {
    assert.ok(line === undefined || (line >= 1 && (column ?? 1) >= 1), `${message} at ${line}:${column}`)
    assert.ok(message.length > 0 && message.length < 2_000, `a message of ${message.length} characters`)
  }
  if (!document) return assert.ok(hasErrors(problems), 'no document and no error')

  const printed = printPipeline(document)
  const again = parsePipeline(printed)
  assert.deepEqual(again.problems, [], 'what was printed cannot be read')
  assert.deepEqual(again.document, document, 'reading what was printed gives another document')
  assert.equal(printPipeline(document), printed, 'printing is not stable')
  assert.equal(contentHash(again.document as PipelineDocument), contentHash(document))

  resolveInputs(document, {})
  inferEdges(document, manifests)
  for (const step of document.steps) {
    const manifest = manifests.get(step.type)
    if (manifest) summarizeStep(manifest, step)
  }
  if (!hasErrors(problems)) compile(document, manifests)
  const renamed = rename(document)
  if (!renamed || hasErrors(problems)) return
  const after = validateText(printPipeline(renamed), manifests)
  assert.deepEqual(
    after.problems.filter(({ severity }) => severity === 'error'),
    [],
    'a rename made it invalid',
  )
}

/** The document with its first step renamed; null where that is refused. */
function rename(document: PipelineDocument): PipelineDocument | null {
  const [first] = document.steps
  if (!first) return null
  try {
    return renameStep(document, first.id, 'renamed_step', manifests)
  } catch (error) {
    if (error instanceof OrchestratorError) return null
    throw error
  }
}
