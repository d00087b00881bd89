import { pick } from '../seed/random.ts'

type Random = () => number

/** A whole number from 0 to below `end`. */
export const below = (random: Random, end: number): number => Math.floor(random() * end)

/**
 * A text near to the given one: characters, stretches and lines removed, doubled, swapped, or replaced by pieces of
 * `others` and by `tokens`, one to `most` times.
 */
export function mutateText(
  random: Random,
  text: string,
  options: { others: readonly string[]; tokens: readonly string[]; most: number },
): string {
  let result = text
  for (let left = 1 + below(random, options.most); left > 0; left -= 1) result = mutateOnce(random, result, options)
  return result
}

function mutateOnce(
  random: Random,
  text: string,
  { others, tokens }: { others: readonly string[]; tokens: readonly string[] },
): string {
  const start = below(random, text.length + 1)
  const end = Math.min(text.length, start + 1 + below(random, random() < 0.7 ? 4 : 60))
  const [before, middle, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)]
  switch (below(random, 8)) {
    case 0:
      return before + after
    case 1:
      return before + middle + middle + after
    case 2:
      return before + pick(random, tokens) + middle + after
    case 3:
      return before + pick(random, tokens) + after
    case 4:
      return before + noise(random, 4) + after
    case 5: {
      const other = pick(random, others)
      const from = below(random, other.length)
      return before + other.slice(from, from + 1 + below(random, 80)) + after
    }
    case 6:
      return swapLines(random, text)
    default:
      return before + middle.repeat(1 + below(random, 40)) + after
  }
}

function swapLines(random: Random, text: string): string {
  const lines = text.split('\n')
  const [from, to] = [below(random, lines.length), below(random, lines.length)]
  const [line = ''] = lines.splice(from, 1)
  lines.splice(to, 0, random() < 0.3 ? ' '.repeat(below(random, 6)) + line.trimStart() : line)
  return lines.join('\n')
}

/** Characters of all kinds: letters, signs, controls, halves of surrogate pairs. */
export function noise(random: Random, most: number): string {
  let text = ''
  for (let left = below(random, most + 1); left > 0; left -= 1) {
    const end = pick(random, [0x20, 0x7f, 0x7f, 0x7f, 0x2ff, 0x1_0000])
    text += String.fromCharCode(below(random, end))
  }
  return text
}

/** Some of the tokens in a row, with or without blanks between. */
export function tokenSoup(random: Random, tokens: readonly string[], most: number): string {
  const between = pick(random, ['', ' ', ' ', '\n'])
  return Array.from({ length: below(random, most + 1) }, () => pick(random, tokens)).join(between)
}
