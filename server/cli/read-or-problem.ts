import { OrchestratorError } from '#pipeline/errors.ts'
import type { Problem } from '#pipeline/problem.ts'

/** What a read gives, or its `invalid-request` as a problem, so that JSON callers see it where they look; others are thrown on. */
export async function readOrProblem<Value>(
  read: () => Value | Promise<Value>,
): Promise<{ value: Value } | { problem: Problem }> {
  try {
    return { value: await read() }
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.code !== 'invalid-request') throw error
    const message = [error.message, error.info.fix].filter(Boolean).join(' ')
    return { problem: { code: error.code, severity: 'error', message } }
  }
}
