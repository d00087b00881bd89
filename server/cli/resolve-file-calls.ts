import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { callsOf } from '#pipeline/calls.ts'
import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { Problem } from '#pipeline/problem.ts'
import { parsePipeline, type Positions } from '#pipeline/yaml.ts'
import { type CalledPipelines, resolveCalls } from '#server/pipelines/resolve-calls.ts'
import { manifests } from '#server/steps/registry.ts'
import { problemOfError } from './problem-of-error.ts'
import { readPipelineFile } from './read-pipeline-file.ts'

/**
 * What a pipeline of a file calls: other files, `./clean.yaml`, relative to the one that calls. In the documents that come
 * back each is named by its path from the first file's folder, so that one file has one name.
 */
export async function resolveFileCalls(
  file: string,
  document: PipelineDocument,
  positions: Positions,
): Promise<{ document: PipelineDocument; calls: CalledPipelines; problems: Problem[] }> {
  if (callsOf(document, manifests).length === 0) return { document, calls: {}, problems: [] }
  const root = dirname(resolve(file))
  const named = nameCalls(document, root, root)
  const { calls, problems } = await resolveCalls(named, manifests, async ({ pipeline, version }) => {
    if (version !== 'latest') {
      throw new OrchestratorError('invalid-request', `The file ${pipeline} has no versions; leave version out.`)
    }
    const path = join(root, pipeline)
    const parsed = parsePipeline(await readPipelineFile(path))
    if (parsed.document) return nameCalls(parsed.document, dirname(path), root)
    const [problem] = parsed.problems
    throw new OrchestratorError(
      'invalid-request',
      `${pipeline}:${problem?.line ?? 1}: ${problem?.message ?? 'no pipeline'}`,
    )
  })
  const placed = problems.map(({ fix, ...problem }) => ({
    ...problemOfError(document, positions, problem),
    ...problem,
    ...(fix ? { fix } : {}),
  }))
  return { document: named, calls, problems: placed }
}

function nameCalls(document: PipelineDocument, folder: string, root: string): PipelineDocument {
  const inSteps = (steps: readonly Step[]): Step[] =>
    steps.map((step) => {
      const pipeline = step.with?.['pipeline']
      const isCall = manifests.get(step.type)?.container?.kind === 'call' && typeof pipeline === 'string'
      const named = isCall ? { ...step, with: { ...step.with, pipeline: nameOf(pipeline, folder, root) } } : step
      return named.steps ? { ...named, steps: inSteps(named.steps) } : named
    })
  return { ...document, steps: inSteps(document.steps) }
}

function nameOf(pipeline: string, folder: string, root: string): string {
  const name = relative(root, isAbsolute(pipeline) ? pipeline : join(folder, pipeline)).replaceAll('\\', '/')
  return name.startsWith('.') ? name : `./${name}`
}
