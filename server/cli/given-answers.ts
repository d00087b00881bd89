import { userInfo } from 'node:os'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { Answer, Wait } from '#pipeline/events.ts'
import type { WaitAnswer } from '#pipeline/wait-details.ts'
import { type Question as Asked, readAnswer } from '#server/waits/read-answer.ts'

/** What `--answer` says, by step: a word or JSON, read once it is known what the step asks. */
export type GivenAnswers = ReadonlyMap<string, string>

/** Reads `step=answer`, `each.ask=reject: too much`. Throws `invalid-request`. */
export function parseAnswerOptions(options: readonly string[]): GivenAnswers {
  const answers = new Map<string, string>()
  for (const option of options) {
    const index = option.indexOf('=')
    if (index < 1) {
      throw new OrchestratorError('invalid-request', `--answer ${option} does not say which step it is for.`, {
        fix: '--answer ask=approve, --answer \'form={"amount": 12}\'',
      })
    }
    answers.set(option.slice(0, index), option.slice(index + 1).trim())
  }
  return answers
}

/** Who answers here. */
export function nameOfUser(): string {
  try {
    return userInfo().username
  } catch {
    // A user without an entry in the system's list, as in some containers.
    return 'command line'
  }
}

/** The answer for a step: under its path, or for every item and turn under its path without their numbers. */
export function findAnswer(answers: GivenAnswers, path: string): string | undefined {
  return answers.get(path) ?? answers.get(path.replaceAll(/\[\d+\]/g, ''))
}

/** An answer as written, as the step that waits takes it. Throws `invalid-request`, and `input-invalid` for a form's values. */
export function readGivenAnswer(path: string, wait: Wait, text: string): Answer {
  const who = { by: nameOfUser(), at: Date.now() }
  if (wait.kind === 'event') return { kind: 'event', value: jsonOf(path, text === '' ? 'null' : text), ...who }
  return readAnswer({ kind: wait.kind, details: wait.details } as Asked, waitAnswerOf(path, wait, text), who)
}

function waitAnswerOf(path: string, wait: Wait, text: string): WaitAnswer {
  if (wait.kind === 'form') return { kind: 'submit', values: objectOf(path, text) }
  const match = /^(approve|reject)(?:\s*:\s*(.+))?$/s.exec(text)
  if (!match) {
    throw new OrchestratorError('invalid-request', `"${text}" is not an answer to the approval "${path}".`, {
      fix: `--answer ${path}=approve, --answer '${path}=reject: too much'`,
      retryable: false,
    })
  }
  const reason = match[2] === undefined ? {} : { reason: match[2] }
  return match[1] === 'approve' ? { kind: 'approve', ...reason } : { kind: 'reject', ...reason }
}

function objectOf(path: string, text: string): Record<string, JsonValue> {
  const value = jsonOf(path, text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new OrchestratorError('invalid-request', `The answer to the form "${path}" must be a JSON object.`, {
    fix: `--answer '${path}={"amount": 12}'`,
    retryable: false,
  })
}

function jsonOf(path: string, text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OrchestratorError('invalid-request', `The answer to "${path}" is not JSON: ${reason}`, {
      cause,
      retryable: false,
    })
  }
}
