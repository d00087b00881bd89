import { resolveInputs } from '#pipeline/check-inputs.ts'
import type { JsonValue, PipelineDocument } from '#pipeline/document.ts'
import type { Problem } from '#pipeline/problem.ts'
import { hasErrors, validateText } from '#pipeline/validate.ts'
import { localScope } from '#server/auth/scope.ts'
import type { StepServices } from '#server/engine/engine.ts'
import { runInMemory, type RunReport } from '#server/engine/run-in-memory.ts'
import { createFolderFiles } from '#server/files/folder-files.ts'
import { createModelGateway } from '#server/models/gateway.ts'
import { createGuardedFetch } from '#server/network/guarded-fetch.ts'
import { createCodeRunner } from '#server/sandbox/quickjs.ts'
import { createEnvironmentConnections } from '#server/secrets/environment-connections.ts'
import { manifests, stepRegistry } from '#server/steps/registry.ts'
import { locateFileInputs, parseInputOptions } from './input-values.ts'
import { formatProblems, problemJson } from './print-problems.ts'
import { readPipelineFile } from './read-pipeline-file.ts'
import { createRunReporter, formatDuration } from './run-reporter.ts'

/** `run FILE`: 0 success, 1 the run failed or was cancelled, 2 the file or its inputs are not valid. */
export async function runCommand(
  file: string,
  options: { input: string[]; json?: boolean; allowPrivateNetwork?: boolean },
): Promise<number> {
  const { document, problems } = validateText(await readPipelineFile(file), manifests)
  if (!document || hasErrors(problems)) return refuse(file, problems, options)
  const resolved = resolveInputs(document, parseInputOptions(options.input))
  if (resolved.problems.length > 0) return refuse(file, resolved.problems, options)
  const folder = process.cwd()
  const { values, readable } = locateFileInputs(document, resolved.values, { pipelineFile: file, folder })

  const started = performance.now()
  const report = await execute(document, values, readable, options)
  if (options.json) {
    const { status, outputs, steps } = report
    const shown = [...problems, ...report.problems].map(problemJson)
    console.log(
      JSON.stringify(
        { status, outputs, steps, problems: shown, ...(report.error && { error: report.error }) },
        null,
        2,
      ),
    )
  } else {
    console.log(`\n${document.name}: ${report.status} in ${formatDuration(performance.now() - started)}`)
    if (report.error) console.log(`${report.error.step ? `${report.error.step}: ` : ''}${report.error.message}`)
    if (report.status === 'succeeded') console.log(JSON.stringify(report.outputs, null, 2))
  }
  return report.status === 'succeeded' ? 0 : 1
}

function refuse(file: string, problems: readonly Problem[], options: { json?: boolean }): number {
  if (options.json) {
    const shown = problems.map(problemJson)
    console.log(JSON.stringify({ status: 'failed', outputs: {}, steps: {}, problems: shown }, null, 2))
  } else console.error(formatProblems(file, problems))
  return 2
}

/** Runs it on a scheduler and journal in memory; Ctrl-C cancels the run, a second one ends the process. */
async function execute(
  document: PipelineDocument,
  inputs: Record<string, JsonValue>,
  readable: string[],
  options: { json?: boolean; allowPrivateNetwork?: boolean },
): Promise<RunReport> {
  const connections = createEnvironmentConnections(process.env)
  const gateway = createModelGateway({ connections })
  const code = createCodeRunner()
  const fetch = createGuardedFetch({ allowPrivate: options.allowPrivateNetwork === true })
  const services: StepServices = {
    models: gateway.forScope(localScope),
    fetch,
    files: createFolderFiles(process.cwd(), { readable }),
    secrets: {
      get: async (name) =>
        (await connections.resolve(localScope)).find((connection) => connection.name === name)?.apiKey,
    },
    code,
  }
  const cancel = new AbortController()
  const onSignal = (): void => {
    if (cancel.signal.aborted) process.exit(130)
    cancel.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  const reporter = options.json ? undefined : createRunReporter()
  try {
    return await runInMemory({
      document,
      inputs,
      steps: stepRegistry,
      services,
      signal: cancel.signal,
      ...(reporter && { onEvent: reporter }),
    })
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    await Promise.all([gateway.close(), code.close(), fetch.close()])
  }
}
