import { resolveInputs } from '#pipeline/check-inputs.ts'
import type { JsonValue, PipelineDocument } from '#pipeline/document.ts'
import { type ErrorPlace, OrchestratorError } from '#pipeline/errors.ts'
import type { Problem } from '#pipeline/problem.ts'
import { hasErrors, validateText } from '#pipeline/validate.ts'
import type { Positions } from '#pipeline/yaml.ts'
import { localScope } from '#server/auth/scope.ts'
import type { StepServices } from '#server/engine/engine.ts'
import { runInMemory } from '#server/engine/run-in-memory.ts'
import type { RunReport } from '#server/engine/run-report.ts'
import { createFolderFiles } from '#server/files/folder-files.ts'
import { createModelGateway } from '#server/models/gateway.ts'
import { createGuardedFetch } from '#server/network/guarded-fetch.ts'
import { createCodeRunner } from '#server/sandbox/quickjs.ts'
import { refuseUnknownStep } from '#server/runs/step-of-document.ts'
import { onStopSignal } from '#server/on-stop-signal.ts'
import type { CalledPipelines } from '#server/pipelines/resolve-calls.ts'
import { createEnvironmentConnections } from '#server/secrets/environment-connections.ts'
import { manifests, stepRegistry } from '#server/steps/registry.ts'
import { createAnswering } from './answer-questions.ts'
import { type GivenAnswers, parseAnswerOptions } from './given-answers.ts'
import { createDebugging } from './debug-run.ts'
import { type GivenControl, parseControlOptions } from './control-options.ts'
import { locateFileInputs, parseInputOptions } from './input-values.ts'
import { formatProblems, problemJson } from './print-problems.ts'
import { problemOfError } from './problem-of-error.ts'
import { readOrProblem } from './read-or-problem.ts'
import { readPipelineFile } from './read-pipeline-file.ts'
import { resolveFileCalls } from './resolve-file-calls.ts'
import { createRunReporter, formatDuration } from './run-reporter.ts'

/** `run FILE`: 0 success, 1 the run failed or was cancelled, 2 the file or its inputs are not valid. */
export async function runCommand(
  file: string,
  options: { input: string[]; answer: string[]; json?: boolean; allowPrivateNetwork?: boolean } & GivenControl,
): Promise<number> {
  const read = await readOrProblem(() => readPipelineFile(file))
  if ('problem' in read) return refuse(file, [read.problem], options)
  const { document, problems, positions } = validateText(read.value, manifests)
  if (!document || hasErrors(problems)) return refuse(file, problems, options)
  const given = await readOrProblem(() => parseInputOptions(options.input))
  if ('problem' in given) return refuse(file, [given.problem], options)
  const answers = await readOrProblem(() => parseAnswerOptions(options.answer))
  if ('problem' in answers) return refuse(file, [answers.problem], options)
  const resolved = resolveInputs(document, given.value)
  if (resolved.problems.length > 0) {
    const placed = resolved.problems.map((problem) => ({ ...placeOfInput(document, positions, problem), ...problem }))
    return refuse(file, placed, options)
  }
  const called = await resolveFileCalls(file, document, positions)
  if (called.problems.length > 0) return refuse(file, [...problems, ...called.problems], options)
  const folder = process.cwd()
  const { values, readable } = locateFileInputs(document, resolved.values, { pipelineFile: file, folder })

  const started = performance.now()
  const control = await readOrProblem(async () => readControl(document, options, process.stdin.isTTY && !options.json))
  if ('problem' in control) return refuse(file, [control.problem], options)
  const report = await execute(called, values, readable, { ...options, answers: answers.value, control: control.value })
  const failure = report.error ? [problemOfError(document, positions, report.error)] : []
  if (options.json) {
    const { status, outputs } = report
    const steps = Object.fromEntries(
      Object.entries(report.steps).map(([path, { error = null, ...step }]) => [path, { ...step, error }]),
    )
    const shown = [...problems, ...failure].map(problemJson)
    console.log(JSON.stringify({ status, outputs, steps, problems: shown }, null, 2))
  } else {
    console.log(`\n${document.name}: ${report.status} in ${formatDuration(performance.now() - started)}`)
    if (failure.length > 0) console.error(formatProblems(file, failure))
    if (report.status === 'succeeded') console.log(JSON.stringify(report.outputs, null, 2))
  }
  return report.status === 'succeeded' ? 0 : 1
}

type Control = NonNullable<ReturnType<typeof parseControlOptions>>

/** Throws `invalid-request` for steps that are not there, and for stops where nobody could say how to go on. */
function readControl(document: PipelineDocument, given: GivenControl, isTerminal: boolean): Control | undefined {
  const control = parseControlOptions(given)
  for (const path of control?.until ?? []) refuseUnknownStep(document, path)
  for (const { step } of control?.breakpoints ?? []) refuseUnknownStep(document, step)
  if (!isTerminal && (control?.breakpoints || control?.stepThrough)) {
    throw new OrchestratorError('invalid-request', 'A run that pauses needs somebody at a terminal.', {
      fix: 'Run it in a terminal and without --json, or on a server: orchestrator runs start --breakpoint STEP',
    })
  }
  return control
}

/** Where the file declares the input that a problem is about. */
function placeOfInput(document: PipelineDocument, positions: Positions, { field }: Problem): ErrorPlace {
  const name = field?.replace(/^inputs\./, '') ?? ''
  return Object.hasOwn(document.inputs ?? {}, name) ? positions.at(['inputs', name], { key: true }) : {}
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
  { document, calls }: { document: PipelineDocument; calls: CalledPipelines },
  inputs: Record<string, JsonValue>,
  readable: string[],
  options: { json?: boolean; allowPrivateNetwork?: boolean; answers: GivenAnswers; control: Control | undefined },
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
      values: async () => (await connections.resolve(localScope)).flatMap(({ apiKey }) => (apiKey ? [apiKey] : [])),
    },
    code,
  }
  const cancel = new AbortController()
  const stopListening = onStopSignal(
    () => cancel.abort(),
    () => process.exit(130),
  )
  const reporter = options.json ? undefined : createRunReporter()
  const debugging = options.control?.breakpoints || options.control?.stepThrough ? createDebugging() : undefined
  try {
    return await runInMemory({
      document,
      calls,
      inputs,
      steps: stepRegistry,
      services,
      signal: cancel.signal,
      answer: createAnswering(options.answers, process.stdin.isTTY && !options.json),
      ...(options.control && { options: options.control }),
      ...(debugging && { whenPaused: debugging.ask }),
      onEvent(entry) {
        debugging?.saw(entry.event)
        reporter?.(entry)
      },
    })
  } finally {
    await Promise.all([gateway.close(), code.close(), fetch.close()])
    stopListening()
  }
}
