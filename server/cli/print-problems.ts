import type { Problem } from '#pipeline/problem.ts'

/** One line per problem, `file:line:column: error: message (code)`, with what would solve it below. */
export function formatProblems(file: string, problems: readonly Problem[]): string {
  return problems
    .map(({ line, column, severity, message, code, step, field, fix }) => {
      const place = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':')
      const where = line === undefined ? [step, field].filter(Boolean).join(' ') : ''
      return `${place}: ${severity}: ${where ? `${where}: ` : ''}${message} (${code})${fix ? `\n    fix: ${fix.title}` : ''}`
    })
    .join('\n')
}

/** A problem in the shape the command line prints as JSON; absent parts are null. */
export const problemJson = ({ line, column, step, field, code, severity, message, fix }: Problem) => ({
  line: line ?? null,
  column: column ?? null,
  step: step ?? null,
  field: field ?? null,
  code,
  severity,
  message,
  fix: fix ?? null,
})
