import { createInterface } from 'node:readline/promises'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { Answer } from '#pipeline/events.ts'
import type { Question } from '#server/engine/run-in-memory.ts'
import { askPerson } from './ask-person.ts'
import { findAnswer, type GivenAnswers, nameOfUser, readGivenAnswer } from './given-answers.ts'

/**
 * Answers what steps of a run here ask: as `--answer` says, else by asking at the terminal, one question at a time. Throws
 * where there is nobody to ask.
 */
export function createAnswering(
  answers: GivenAnswers,
  isTerminal: boolean,
): (question: Question) => Promise<Answer> | null {
  /** The questions before are answered, or over. */
  let before: Promise<unknown> = Promise.resolve()

  async function askNext(question: Question): Promise<Answer> {
    const { path, wait, signal } = question
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    const interrupted = Promise.withResolvers<never>()
    terminal.once('SIGINT', () => interrupted.reject(new Error('interrupted')))
    try {
      const asking = askPerson(
        path,
        wait,
        { print: (line) => process.stderr.write(`${line}\n`), ask: (prompt) => terminal.question(prompt, { signal }) },
        nameOfUser(),
      )
      return await Promise.race([asking, interrupted.promise])
    } finally {
      terminal.close()
    }
  }

  return (question) => {
    const { path, wait, signal } = question
    const given = findAnswer(answers, path)
    if (given !== undefined) return Promise.resolve(readGivenAnswer(path, wait, given))
    if (isTerminal) {
      const asking = before.then(async () => {
        // What is printed of the step itself comes first.
        await new Promise((resolve) => setImmediate(resolve))
        // Its time was over, or its step gone, before it was its turn: then nobody waits for the answer.
        if (signal.aborted) return new Promise<never>(() => {})
        return askNext(question).catch((error: unknown) => {
          if (signal.aborted) return new Promise<never>(() => {})
          throw error
        })
      })
      const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      before = Promise.race([asking, over]).catch(() => {})
      return asking
    }
    // An event cannot come here, but its time can be over.
    if (wait.kind === 'event' && wait.until !== undefined) return null
    const what = wait.kind === 'event' ? `the event "${wait.event}"` : `an answer to "${wait.title}"`
    throw new OrchestratorError('input-missing', `The step waits for ${what}, and there is nobody to ask here.`, {
      fix: `Answer beforehand: --answer '${path}=${exampleOf[wait.kind]}', or run it in a terminal.`,
      retryable: false,
    })
  }
}

const exampleOf = { approval: 'approve', form: '{"field": "value"}', event: '{"payload": 1}', time: '' }
