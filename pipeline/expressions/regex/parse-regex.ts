import { characterClass, classEscape, foldCase } from './character-class.ts'
import { type Assertion, type Matcher, type RegexNode, RegexProblem } from './regex-program.ts'

export interface RegexFlags {
  ignoreCase: boolean
  multiline: boolean
  dotAll: boolean
}

export interface ParsedRegex {
  root: RegexNode
  groupCount: number
  groupNames: ReadonlyMap<string, number>
}

const maxNesting = 60
const maxRepeat = 1_000
const controls: Record<string, string> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07', '0': '\0' }
const assertions: Record<string, Assertion> = { b: 'boundary', B: 'not-boundary', A: 'start', Z: 'end', z: 'end' }

/** Reads a pattern in the common syntax; throws RegexProblem for what is wrong or not available. */
export function parseRegex(pattern: string, given: RegexFlags): ParsedRegex {
  const characters = Array.from(pattern)
  const flags = { ...given }
  const groupNames = new Map<string, number>()
  let position = 0
  let groupCount = 0
  let nesting = 0

  const peek = (ahead = 0): string | undefined => characters[position + ahead]
  const looksAt = (text: string) => characters.slice(position, position + text.length).join('') === text
  const fail = (message: string, at = position): never => {
    throw new RegexProblem(message, at)
  }
  const literal = (character: string): RegexNode => {
    const codePoint = character.codePointAt(0) as number
    const test: Matcher = flags.ignoreCase
      ? (candidate) => foldCase(candidate) === foldCase(codePoint)
      : (candidate) => candidate === codePoint
    return { kind: 'character', test, literal: flags.ignoreCase ? null : character }
  }
  const set = (test: Matcher): RegexNode => ({ kind: 'character', test, literal: null })

  const readFlags = () => {
    const match = /^\(\?([imsx]+)\)/.exec(characters.slice(position, position + 12).join(''))
    if (!match?.[1]) return
    if (match[1].includes('x')) fail('the flag x is not available')
    flags.ignoreCase ||= match[1].includes('i')
    flags.multiline ||= match[1].includes('m')
    flags.dotAll ||= match[1].includes('s')
    position += match[0].length
  }

  const parseChoice = (): RegexNode => {
    nesting += 1
    if (nesting > maxNesting) fail(`groups are nested more than ${maxNesting} levels deep`)
    const items = [parseSequence()]
    while (peek() === '|') {
      position += 1
      items.push(parseSequence())
    }
    nesting -= 1
    return items.length === 1 ? (items[0] as RegexNode) : { kind: 'choice', items }
  }

  const parseSequence = (): RegexNode => {
    const items: RegexNode[] = []
    for (let next = peek(); next !== undefined && next !== '|' && next !== ')'; next = peek()) {
      items.push(parseRepeat(parseAtom()))
    }
    return items.length === 1 ? (items[0] as RegexNode) : { kind: 'sequence', items }
  }

  const parseRepeat = (body: RegexNode): RegexNode => {
    const start = position
    const bounds = readBounds()
    if (!bounds) return body
    const [minimum, maximum] = bounds
    if (body.kind === 'assert') fail('an anchor cannot be repeated', start)
    if (minimum > maxRepeat || (maximum ?? 0) > maxRepeat)
      fail(`at most ${maxRepeat} repetitions can be counted`, start)
    if (maximum !== null && maximum < minimum) fail('the smaller number of repetitions comes first', start)
    const lazy = peek() === '?'
    if (lazy) position += 1
    else if (peek() === '+') fail('possessive repetitions are not available')
    if (readBounds()) fail('a repetition cannot be repeated; put it in brackets', start)
    return { kind: 'repeat', body, minimum, maximum, lazy }
  }

  const readBounds = (): [number, number | null] | null => {
    const next = peek()
    if (next === '*' || next === '+' || next === '?') {
      position += 1
      return [next === '+' ? 1 : 0, next === '?' ? 1 : null]
    }
    if (next !== '{') return null
    const match = /^\{(\d{0,6})(,?)(\d{0,6})\}/.exec(characters.slice(position, position + 16).join(''))
    if (!match || (match[1] === '' && match[3] === '')) return null
    position += match[0].length
    const minimum = Number(match[1])
    return [minimum, match[2] === '' ? minimum : match[3] === '' ? null : Number(match[3])]
  }

  const parseAtom = (): RegexNode => {
    const character = characters[position] as string
    if (character === '(') return parseGroup()
    position += 1
    switch (character) {
      case '.':
        return set(flags.dotAll ? () => true : (codePoint) => codePoint !== 10)
      case '^':
        return { kind: 'assert', assertion: flags.multiline ? 'line-start' : 'start' }
      case '$':
        return { kind: 'assert', assertion: flags.multiline ? 'line-end' : 'last-newline' }
      case '[':
        return set(parseSet())
      case '\\':
        return parseEscape()
      case '*':
      case '+':
      case '?':
        return fail(`there is nothing before ${character} to repeat`, position - 1)
      default:
        return literal(character)
    }
  }

  const parseGroup = (): RegexNode => {
    const start = position
    position += 1
    let index = -1
    if (looksAt('?:')) position += 2
    else if (looksAt('?P<') || (looksAt('?<') && peek(2) !== '=' && peek(2) !== '!')) {
      position += looksAt('?P<') ? 3 : 2
      let name = ''
      while (peek() !== undefined && peek() !== '>') {
        name += peek()
        position += 1
      }
      if (peek() !== '>' || !/^[A-Za-z_]\w*$/.test(name))
        fail(`"${name.slice(0, 40)}" is not a name for a group`, start)
      position += 1
      groupCount += 1
      index = groupCount
      if (groupNames.has(name)) fail(`the group "${name}" exists twice`, start)
      groupNames.set(name, index)
    } else if (peek() === '?') {
      const isLook = ['=', '!', '<'].includes(peek(1) ?? '')
      fail(isLook ? 'looking ahead or behind is not available' : 'this kind of group is not available', start)
    } else {
      groupCount += 1
      index = groupCount
    }
    const body = parseChoice()
    if (peek() !== ')') fail('this group is never closed', start)
    position += 1
    return index < 0 ? { kind: 'sequence', items: [body] } : { kind: 'group', index, body }
  }

  const parseEscape = (): RegexNode => {
    const character = peek()
    if (character === undefined) return fail('the pattern ends after a backslash', position - 1)
    const known = classEscape(character)
    if (known) {
      position += 1
      return set(known)
    }
    if (Object.hasOwn(assertions, character)) {
      position += 1
      return { kind: 'assert', assertion: assertions[character] as Assertion }
    }
    if (/[1-9]/.test(character)) return fail('references to groups inside a pattern are not available', position - 1)
    return literal(readCharacterEscape())
  }

  /** What stands after a backslash, when it means one character. */
  const readCharacterEscape = (): string => {
    const character = characters[position] as string
    position += 1
    const digits = { x: 2, u: 4, U: 8 }[character]
    if (digits !== undefined) {
      const hex = characters.slice(position, position + digits).join('')
      const code = /^[\da-fA-F]+$/.test(hex) && hex.length === digits ? Number.parseInt(hex, 16) : -1
      if (code < 0 || code > 0x10ffff) return fail(`\\${character} needs ${digits} hexadecimal digits`, position - 2)
      position += digits
      return String.fromCodePoint(code)
    }
    if (Object.hasOwn(controls, character)) return controls[character] as string
    if (/[A-Za-z0-9]/.test(character)) return fail(`\\${character} is not known`, position - 2)
    return character
  }

  const parseSet = (): Matcher => {
    const start = position - 1
    const negated = peek() === '^'
    if (negated) position += 1
    const ranges: [number, number][] = []
    const classes: Matcher[] = []
    for (let first = true; first || peek() !== ']'; first = false) {
      if (peek() === undefined) fail('this [ is never closed', start)
      const low = readSetItem(classes)
      if (low === null) continue
      if (peek() === '-' && peek(1) !== ']' && peek(1) !== undefined) {
        position += 1
        const high = readSetItem(classes)
        if (high === null || high < low) fail('this range is the wrong way round', position)
        else ranges.push([low, high])
      } else ranges.push([low, low])
    }
    position += 1
    return characterClass(ranges, classes, negated, flags.ignoreCase)
  }

  const readSetItem = (classes: Matcher[]): number | null => {
    const character = characters[position] as string
    if (character !== '\\') {
      position += 1
      return character.codePointAt(0) as number
    }
    position += 1
    const next = peek()
    if (next === undefined) return fail('the pattern ends after a backslash', position - 1)
    const known = classEscape(next)
    if (known) {
      position += 1
      classes.push(known)
      return null
    }
    if (next === 'b') {
      position += 1
      return 8
    }
    return readCharacterEscape().codePointAt(0) as number
  }

  readFlags()
  const root = parseChoice()
  if (peek() === ')') fail('this ) closes no group')
  return { root, groupCount, groupNames }
}
