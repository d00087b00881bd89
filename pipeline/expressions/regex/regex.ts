import { createTextCache } from '../text-cache.ts'
import { isWord } from './character-class.ts'
import { parseRegex, type RegexFlags } from './parse-regex.ts'
import { type Assertion, compileNode, type RegexNode, type RegexProgram } from './regex-program.ts'

export { RegexProblem } from './regex-program.ts'
export type { RegexFlags, RegexProgram }

/** Offsets of the groups, two per group, -1 where a group took no part; group 0 is the whole match. */
export type RegexMatch = readonly number[]

const cache = createTextCache<RegexProgram>()

/** Compiles a pattern; throws RegexProblem with a place in the pattern. */
export function compileRegex(pattern: string, flags: RegexFlags): RegexProgram {
  return cache(
    `${flags.ignoreCase ? 'i' : ''}${flags.multiline ? 'm' : ''}${flags.dotAll ? 's' : ''}/${pattern}`,
    () => {
      const { root, groupCount, groupNames } = parseRegex(pattern, flags)
      return { instructions: compileNode(root), groupCount, groupNames, prefix: literalPrefix(root) }
    },
  )
}

function literalPrefix(node: RegexNode): string {
  if (node.kind === 'character') return node.literal ?? ''
  if (node.kind !== 'sequence') return ''
  let prefix = ''
  for (const item of node.items) {
    if (item.kind !== 'character' || item.literal === null) break
    prefix += item.literal
  }
  return prefix
}

interface Thread {
  pc: number
  slots: RegexMatch
}

/**
 * The leftmost match at or after an offset, with the priorities of a backtracking engine but in time linear in the text:
 * all ways to match advance together, one character at a time. `charge` is told about the work done.
 */
export function execRegex(
  program: RegexProgram,
  text: string,
  from: number,
  charge: (work: number) => void,
): RegexMatch | null {
  const { instructions, prefix } = program
  const emptySlots: RegexMatch = Array.from({ length: (program.groupCount + 1) * 2 }, () => -1)
  // marks[pc] holds the last position + 1 at which the instruction was added, so that it is added once per position.
  const marks = new Int32Array(instructions.length)
  let current: Thread[] = []
  let next: Thread[] = []
  let best: RegexMatch | null = null
  const stack: Thread[] = []

  const add = (threads: Thread[], start: Thread, position: number) => {
    stack.push(start)
    let thread = stack.pop()
    for (; thread; thread = stack.pop()) {
      const { pc, slots } = thread
      if (marks[pc] === position + 1) continue
      marks[pc] = position + 1
      const instruction = instructions[pc]
      switch (instruction?.op) {
        case 'jump':
          stack.push({ pc: instruction.to, slots })
          break
        case 'split':
          stack.push({ pc: instruction.second, slots }, { pc: instruction.first, slots })
          break
        case 'save': {
          const changed = slots.slice()
          changed[instruction.slot] = position
          stack.push({ pc: pc + 1, slots: changed })
          break
        }
        case 'assert':
          if (holds(instruction.kind, text, position)) stack.push({ pc: pc + 1, slots })
          break
        default:
          threads.push(thread)
      }
    }
  }

  for (let position = from; position <= text.length;) {
    if (!best && current.length === 0) {
      if (prefix !== '') {
        const found = text.indexOf(prefix, position)
        charge((found < 0 ? text.length - position : found - position) / 100)
        if (found < 0) return null
        position = found
      }
    }
    // A match found earlier starts further left, so no new start is tried then.
    if (!best) add(current, { pc: 0, slots: emptySlots }, position)
    if (current.length === 0 && best) break
    charge((current.length + 1) / 3)
    const codePoint = position < text.length ? (text.codePointAt(position) as number) : -1
    const width = codePoint > 0xffff ? 2 : 1
    for (const thread of current) {
      const instruction = instructions[thread.pc]
      if (instruction?.op === 'match') {
        best = thread.slots
        // Threads after this one have lower priority.
        break
      }
      if (instruction?.op === 'character' && codePoint >= 0 && instruction.test(codePoint)) {
        add(next, { pc: thread.pc + 1, slots: thread.slots }, position + width)
      }
    }
    const done = current
    current = next
    next = done
    next.length = 0
    position += width
  }
  return best
}

function holds(kind: Assertion, text: string, position: number): boolean {
  switch (kind) {
    case 'start':
      return position === 0
    case 'end':
      return position === text.length
    case 'line-start':
      return position === 0 || text[position - 1] === '\n'
    case 'line-end':
      return position === text.length || text[position] === '\n'
    case 'last-newline':
      return position === text.length || (position === text.length - 1 && text[position] === '\n')
    default: {
      const before = position > 0 && isWord(text.charCodeAt(position - 1))
      const after = position < text.length && isWord(text.charCodeAt(position))
      return (before !== after) === (kind === 'boundary')
    }
  }
}
