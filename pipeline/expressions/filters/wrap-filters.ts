import { asInteger, asText, type FunctionTable } from '../function-table.ts'
import { isTruthy } from '../values.ts'

export const wrapFilters: FunctionTable = {
  indent: {
    summary: 'Every line moved right; the first only with `first`, empty ones only with `blank`.',
    parameters: { width: 4, first: false, blank: false },
    run: (runtime, input, width, first, blank) => {
      const { budget } = runtime
      let margin: string
      if (typeof width === 'string') margin = width
      else {
        const spaces = Math.max(0, asInteger(runtime, width, 'width'))
        budget.allocate(spaces)
        margin = ' '.repeat(spaces)
      }
      const text = asText(runtime, input)
      const lines = text.split('\n')
      budget.allocate(text.length + lines.length * (margin.length + 8))
      const indentBlank = isTruthy(blank)
      return lines
        .map((line, index) => {
          if (index === 0) return isTruthy(first) ? margin + line : line
          return line !== '' || indentBlank ? margin + line : line
        })
        .join('\n')
    },
  },
  wordwrap: {
    summary: 'Lines broken so that none is longer than the width.',
    parameters: { width: 79, break_long_words: true, wrapstring: null, break_on_hyphens: true },
    run: (runtime, input, width, breakLongWords, wrapString, breakOnHyphens) => {
      const { budget } = runtime
      const most = asInteger(runtime, width, 'width')
      if (most < 1) budget.fail(`width must be at least 1, got ${most}`)
      const mark = wrapString === null ? '\n' : asText(runtime, wrapString)
      const text = asText(runtime, input)
      budget.allocate(text.length * 4)
      budget.charge(text.length / 4)
      const options = { breakLongWords: isTruthy(breakLongWords), breakOnHyphens: isTruthy(breakOnHyphens) }
      const lines = text.split(/\r\n|\r|\n/)
      if (lines.at(-1) === '') lines.pop()
      const wrapped = lines.map((line) => wrapLine(line, most, options).join(mark))
      budget.allocate(wrapped.length * mark.length + (text.length / most) * mark.length)
      return wrapped.join(mark)
    },
  },
}

function wrapLine(
  line: string,
  width: number,
  options: { breakLongWords: boolean; breakOnHyphens: boolean },
): string[] {
  const chunks = (line.match(/\s+|\S+/g) ?? []).flatMap((chunk) =>
    options.breakOnHyphens ? (chunk.match(/[^-]*[^\W\d_-]-+(?=[^\W\d_])|[^-]+|-+/g) ?? [chunk]) : [chunk],
  )
  const lines: string[] = []
  let current = ''
  const flush = () => {
    lines.push(current.trimEnd())
    current = ''
  }
  for (const whole of chunks) {
    let chunk = whole
    if (current === '' && chunk.trim() === '' && lines.length > 0) continue
    if (current.length + chunk.length <= width) {
      current += chunk
      continue
    }
    if (chunk.trim() === '') {
      flush()
      continue
    }
    if (current !== '' && !(chunk.length > width && options.breakLongWords)) flush()
    while (chunk.length > width && options.breakLongWords) {
      const room = width - current.length
      if (room > 0) {
        current += chunk.slice(0, room)
        chunk = chunk.slice(room)
      }
      flush()
    }
    current += chunk
  }
  if (current.trimEnd() !== '') flush()
  return lines
}
