import type { Scalar } from 'yaml'

const escapeLengths: Record<string, number> = { x: 4, u: 6, U: 10 }

/** Where in a YAML text the character at `offset` of a scalar's value is written (UTF-16 units from 0). */
export function sourceOffsetOf(text: string, scalar: Scalar, offset: number): number {
  const [start, end] = scalar.range ?? [0, 0]
  if (scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED')
    return blockOffset(text, start, end, String(scalar.value), offset)
  if (scalar.type === 'QUOTE_DOUBLE') return quotedOffset(text, start + 1, end, offset, '\\')
  if (scalar.type === 'QUOTE_SINGLE') return quotedOffset(text, start + 1, end, offset, "'")
  return quotedOffset(text, start, end, offset, '')
}

/** Block scalars: value lines are source lines without their indentation (folded lines joined by single spaces). */
function blockOffset(text: string, start: number, end: number, value: string, offset: number): number {
  let line = text.indexOf('\n', start) + 1
  if (line === 0) return start
  const indent = indentOfBlock(text, line, end)
  let position = 0
  while (line < end) {
    const next = text.indexOf('\n', line)
    const lineEnd = next < 0 || next > end ? end : next
    const contentStart = Math.min(line + indent, lineEnd)
    const length = lineEnd - contentStart
    if (offset <= position + length) return contentStart + Math.max(0, offset - position)
    position += length
    // A folded break is one character of the value, or none where blank lines follow; blank lines give one each.
    if (value[position] === '\n' || value[position] === ' ') position += 1
    line = lineEnd + 1
  }
  return Math.max(start, end - 1)
}

function indentOfBlock(text: string, from: number, end: number): number {
  const header = /[|>][+-]?(\d)/.exec(text.slice(text.lastIndexOf('\n', from - 2) + 1, from))
  let smallest = Number.POSITIVE_INFINITY
  for (const line of text.slice(from, end).split('\n')) {
    const content = line.search(/[^ ]/)
    if (content < 0) continue
    if (!header) return content
    smallest = Math.min(smallest, content)
  }
  return Number.isFinite(smallest) ? smallest : 0
}

/** Quoted and plain scalars: escapes are longer than what they mean, a line break with its indentation means one space. */
function quotedOffset(text: string, from: number, end: number, offset: number, escape: string): number {
  let source = from
  for (let position = 0; position < offset && source < end; position += 1) {
    const character = text[source]
    if (escape === '\\' && character === '\\') source += escapeLengths[text[source + 1] ?? ''] ?? 2
    else if (escape === "'" && character === "'" && text[source + 1] === "'") source += 2
    else if (character === '\n' || character === '\r') source += /^\s+/.exec(text.slice(source, end))?.[0].length ?? 1
    else source += 1
  }
  return Math.min(source, end)
}
