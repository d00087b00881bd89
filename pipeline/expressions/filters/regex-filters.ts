import { asInteger, asText, type FunctionTable, type Runtime, required, requireText } from '../function-table.ts'
import { compileRegex, execRegex, type RegexMatch, RegexProblem, type RegexProgram } from '../regex/regex.ts'
import { describe, isTruthy } from '../values.ts'

/** Compiles a pattern given in an expression; a problem fails at the filter and says where in the pattern. */
export function compilePattern(
  runtime: Runtime,
  pattern: unknown,
  ignoreCase: unknown,
  multiline: unknown,
): RegexProgram {
  const text = requireText(runtime, pattern, 'the pattern')
  runtime.budget.charge(text.length)
  try {
    return compileRegex(text, { ignoreCase: isTruthy(ignoreCase), multiline: isTruthy(multiline), dotAll: false })
  } catch (error) {
    if (!(error instanceof RegexProblem)) throw error
    const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text)
    return runtime.budget.fail(`the pattern ${shown} cannot be used: ${error.message} (character ${error.offset + 1})`)
  }
}

/** The first match at or after an offset, on the runtime's budget. */
export function findMatch(runtime: Runtime, program: RegexProgram, text: string, from: number): RegexMatch | null {
  return execRegex(program, text, from, (work) => runtime.budget.charge(work))
}

function* allMatches(runtime: Runtime, program: RegexProgram, text: string): Generator<RegexMatch> {
  let from = 0
  while (from <= text.length) {
    runtime.budget.charge(1)
    const match = findMatch(runtime, program, text, from)
    if (!match) return
    yield match
    const [start = 0, end = 0] = match
    from = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1)
  }
}

function groupText(text: string, match: RegexMatch, group: number): string | null {
  const start = match[group * 2] ?? -1
  const end = match[group * 2 + 1] ?? -1
  return start < 0 || end < 0 ? null : text.slice(start, end)
}

function groupIndex(runtime: Runtime, program: RegexProgram, name: string): number {
  const index = /^\d+$/.test(name) ? Number(name) : program.groupNames.get(name)
  if (index === undefined || index > program.groupCount)
    return runtime.budget.fail(`the pattern has no group "${name}"`)
  return index
}

/** The parts of a replacement: texts and group numbers; `\1`, `\g<1>`, `\g<name>`. */
function parseReplacement(runtime: Runtime, program: RegexProgram, replacement: string): (string | number)[] {
  const parts: (string | number)[] = []
  let last = 0
  for (const match of replacement.matchAll(/\\(?:g<(\w+)>|(\d{1,2})|([nrt\\]))/g)) {
    parts.push(replacement.slice(last, match.index))
    const name = match[1] ?? match[2]
    if (name !== undefined) parts.push(groupIndex(runtime, program, name))
    else parts.push({ n: '\n', r: '\r', t: '\t' }[match[3] as string] ?? '\\')
    last = match.index + match[0].length
  }
  parts.push(replacement.slice(last))
  return parts
}

export const regexFilters: FunctionTable = {
  regex_replace: {
    summary: 'Every match of a pattern replaced; `\\1` and `\\g<name>` stand for groups.',
    parameters: { pattern: required, replacement: '', ignorecase: false, multiline: false, count: 0 },
    run: (runtime, input, pattern, replacement, ignoreCase, multiline, count) => {
      const text = asText(runtime, input)
      const program = compilePattern(runtime, pattern, ignoreCase, multiline)
      const parts = parseReplacement(runtime, program, asText(runtime, replacement))
      const most = asInteger(runtime, count, 'count') || Number.POSITIVE_INFINITY
      let result = ''
      let last = 0
      let replaced = 0
      for (const match of allMatches(runtime, program, text)) {
        const [start = 0, end = 0] = match
        let piece = text.slice(last, start)
        for (const part of parts) piece += typeof part === 'number' ? (groupText(text, match, part) ?? '') : part
        runtime.budget.allocate(piece.length)
        result += piece
        last = end
        replaced += 1
        if (replaced >= most) break
      }
      return result + text.slice(last)
    },
  },
  regex_search: {
    summary: 'The first match of a pattern, or one of its groups; none when there is no match.',
    parameters: { pattern: required, group: 0, ignorecase: false, multiline: false },
    run: (runtime, input, pattern, group, ignoreCase, multiline) => {
      const text = asText(runtime, input)
      const program = compilePattern(runtime, pattern, ignoreCase, multiline)
      if (typeof group !== 'number' && typeof group !== 'string')
        return runtime.budget.fail(`group must be a number or name, got ${describe(group)}`)
      const index = groupIndex(runtime, program, String(group).replace(/^\\(?:g<(\w+)>)?/, '$1'))
      const match = findMatch(runtime, program, text, 0)
      return match ? groupText(text, match, index) : null
    },
  },
  regex_findall: {
    summary: 'Every match of a pattern; with one group its texts, with several lists of them.',
    parameters: { pattern: required, ignorecase: false, multiline: false },
    run: (runtime, input, pattern, ignoreCase, multiline) => {
      const text = asText(runtime, input)
      const program = compilePattern(runtime, pattern, ignoreCase, multiline)
      const found: unknown[] = []
      for (const match of allMatches(runtime, program, text)) {
        const texts = Array.from({ length: program.groupCount + 1 }, (_, index) => groupText(text, match, index) ?? '')
        for (const one of texts) runtime.budget.allocate(one.length + 8)
        found.push(texts.length === 1 ? texts[0] : texts.length === 2 ? texts[1] : texts.slice(1))
      }
      return found
    },
  },
  regex_escape: {
    summary: 'The text with a backslash before what has a meaning in patterns.',
    parameters: {},
    run: (runtime, input) => asText(runtime, input).replace(/[.*+?^${}()|[\]\\#&~-]/g, '\\$&'),
  },
}
