import { callsOf, type PipelineCall } from '#pipeline/calls.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import type { Problem } from '#pipeline/problem.ts'
import { validatePipeline } from '#pipeline/validate.ts'
import { checkCalls } from '#pipeline/validation/check-calls.ts'

/** Documents of called pipelines by call key, `<id>@<version or latest>`. */
export type CalledPipelines = Record<string, PipelineDocument>

/** Finds a called pipeline. Throws an `OrchestratorError` that says why there is none. */
export type LoadCalled = (call: Pick<PipelineCall, 'pipeline' | 'version'>) => Promise<PipelineDocument>

interface Found {
  call: PipelineCall
  /** The pipeline that makes the call; null for the one that is asked about. */
  caller: PipelineDocument | null
  /** The step of the asked document that leads there. */
  root: PipelineCall
}

/**
 * Every pipeline a document calls, directly or not, each once. Problems are located at the step of the document that leads to
 * them: a pipeline that is not there or cannot run, inputs that do not fit, calls that never end.
 */
export async function resolveCalls(
  document: PipelineDocument,
  manifests: ReadonlyMap<string, StepManifest>,
  load: LoadCalled,
): Promise<{ calls: CalledPipelines; problems: Problem[] }> {
  const calls: CalledPipelines = {}
  const problems: Problem[] = []
  const asked = new Set<string>()
  let open: Found[] = callsOf(document, manifests).map((call) => ({ call, caller: null, root: call }))
  while (open.length > 0) {
    const fresh = open.filter(({ call }) => !asked.has(call.key) && asked.add(call.key))
    const found = await Promise.all(fresh.map(async (each) => ({ ...each, target: await loadOrProblem(each, load) })))
    open = []
    for (const { call, caller, root, target } of found) {
      if ('problem' in target) {
        problems.push(target.problem)
        continue
      }
      calls[call.key] = target.document
      const [error] = validatePipeline(target.document, manifests).filter(({ severity }) => severity === 'error')
      if (error) problems.push(inCalled({ call, caller, root }, `"${target.document.name}" cannot run yet`, error))
      for (const next of callsOf(target.document, manifests)) open.push({ call: next, caller: target.document, root })
    }
  }
  return { calls, problems: [...problems, ...callProblems(document, calls, manifests)] }
}

async function loadOrProblem(
  found: Found,
  load: LoadCalled,
): Promise<{ document: PipelineDocument } | { problem: Problem }> {
  try {
    return { document: await load(found.call) }
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error
    const message = found.caller ? `"${found.caller.name}", which it calls: ${error.message}` : error.message
    return {
      problem: {
        code: 'unknown-reference',
        severity: 'error',
        step: found.root.path,
        field: 'with.pipeline',
        message,
      },
    }
  }
}

function inCalled({ root }: Found, what: string, problem: Problem): Problem {
  const place = problem.step === undefined ? '' : `${problem.step}: `
  return {
    code: problem.code,
    severity: 'error',
    step: root.path,
    field: 'with.pipeline',
    message: `${what}: ${place}${problem.message}`,
  }
}

function callProblems(
  document: PipelineDocument,
  calls: CalledPipelines,
  manifests: ReadonlyMap<string, StepManifest>,
): Problem[] {
  const called = new Map(Object.entries(calls))
  const own = checkCalls(document, { called, manifests })
  const roots = callsOf(document, manifests)
  for (const target of called.values()) {
    const [problem] = checkCalls(target, { called, manifests })
    // A circle is told where it begins; what else is wrong in there, at the first call that may lead to it.
    if (!problem || own.length > 0) continue
    const root = roots[0]!
    own.push(inCalled({ call: root, caller: null, root }, `"${target.name}", which it calls`, problem))
  }
  return own
}
