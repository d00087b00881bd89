import type { Problem } from '#pipeline/problem.ts'
import { hasErrors, validateText } from '#pipeline/validate.ts'
import { manifests } from '#server/steps/registry.ts'
import { formatProblems, problemJson } from './print-problems.ts'
import { readOrProblem } from './read-or-problem.ts'
import { readPipelineFile } from './read-pipeline-file.ts'
import { resolveFileCalls } from './resolve-file-calls.ts'

/** `validate FILE`: 0 when it can run, 2 when it cannot; warnings alone are no reason. */
export async function validateCommand(file: string, options: { json?: boolean }): Promise<number> {
  const read = await readOrProblem(() => readPipelineFile(file))
  const problems = 'problem' in read ? [read.problem] : await problemsOf(file, read.value)
  const invalid = hasErrors(problems)
  if (options.json) console.log(JSON.stringify({ problems: problems.map(problemJson) }, null, 2))
  else {
    if ('problem' in read) {
      console.error(formatProblems(file, problems))
      return 2
    }
    if (problems.length > 0) console.log(formatProblems(file, problems))
    const errors = problems.filter((problem) => problem.severity === 'error').length
    console.log(invalid ? `${file} is not valid: ${errors} ${errors === 1 ? 'error' : 'errors'}.` : `${file} is valid.`)
  }
  return invalid ? 2 : 0
}

/** Of the text itself, and when that is valid of what it calls. */
async function problemsOf(file: string, text: string): Promise<Problem[]> {
  const { document, problems, positions } = validateText(text, manifests)
  if (!document || hasErrors(problems)) return problems
  return [...problems, ...(await resolveFileCalls(file, document, positions)).problems]
}
