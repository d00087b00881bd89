import { hasErrors, validateText } from '#pipeline/validate.ts'
import { manifests } from '#server/steps/registry.ts'
import { formatProblems, problemJson } from './print-problems.ts'
import { readOrProblem } from './read-or-problem.ts'
import { readPipelineFile } from './read-pipeline-file.ts'

/** `validate FILE`: 0 when it can run, 2 when it cannot; warnings alone are no reason. */
export async function validateCommand(file: string, options: { json?: boolean }): Promise<number> {
  const read = await readOrProblem(() => readPipelineFile(file))
  const problems = 'problem' in read ? [read.problem] : validateText(read.value, manifests).problems
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
