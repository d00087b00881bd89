import { checkForm } from '#pipeline/check-form.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { Answer } from '#pipeline/events.ts'
import type { Problem } from '#pipeline/problem.ts'
import { approvalDetailsSchema, formDetailsSchema, type WaitAnswer } from '#pipeline/wait-details.ts'

/** What is asked: an approval or a form, with its details as the step gave them. */
export interface Question {
  kind: 'approval' | 'form'
  details: unknown
}

/**
 * What a person said, as the step gets it. Throws `invalid-request` for an answer of the wrong kind, and `input-invalid` with
 * `details.problems` for values that do not fit the form.
 */
export function readAnswer(question: Question, given: WaitAnswer, who: { by: string; at: number }): Answer {
  const { by, at } = who
  if (question.kind === 'form') {
    if (given.kind !== 'submit') throw wrongKind(`This asks for values, and cannot be ${pastOf(given.kind)}.`)
    const { values, problems } = checkForm(formDetailsSchema.parse(question.details).fields, given.values)
    if (problems.length > 0) throw formError(problems)
    return { kind: 'submitted', value: values, by, at }
  }
  if (given.kind === 'submit') throw wrongKind('This asks to be approved or rejected, not for values.')
  const reason = given.reason ? { reason: given.reason } : {}
  if (given.kind === 'reject') return { kind: 'rejected', ...reason, by, at }
  const { editable } = approvalDetailsSchema.parse(question.details)
  if (given.value !== undefined && !editable) {
    throw wrongKind('The value of this approval cannot be changed: approve or reject it as it is.')
  }
  // Without a value of its own the step goes on with what it had asked about.
  return { kind: 'approved', ...(given.value === undefined ? {} : { value: given.value }), ...reason, by, at }
}

const pastOf = (kind: 'approve' | 'reject'): string => (kind === 'approve' ? 'approved' : 'rejected')

const wrongKind = (message: string): OrchestratorError =>
  new OrchestratorError('invalid-request', message, { retryable: false })

const formError = (problems: Problem[]): OrchestratorError =>
  new OrchestratorError('input-invalid', problems.map(({ message }) => message).join(' '), {
    ...(problems[0]?.field === undefined ? {} : { field: problems[0].field }),
    details: { problems },
    retryable: false,
  })
