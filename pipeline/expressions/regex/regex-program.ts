/** Tests one code point. */
export type Matcher = (codePoint: number) => boolean

export type Instruction =
  | { op: 'character'; test: Matcher }
  | { op: 'split'; first: number; second: number }
  | { op: 'jump'; to: number }
  | { op: 'save'; slot: number }
  | { op: 'assert'; kind: Assertion }
  | { op: 'match' }

export type Assertion = 'start' | 'end' | 'line-start' | 'line-end' | 'last-newline' | 'boundary' | 'not-boundary'

/** A compiled pattern: a program for a machine that reads the text once, whatever the pattern. */
export interface RegexProgram {
  instructions: Instruction[]
  groupCount: number
  groupNames: ReadonlyMap<string, number>
  /** A text every match starts with, '' when none is known: lets the search skip ahead. */
  prefix: string
}

export type RegexNode =
  | { kind: 'empty' }
  | { kind: 'character'; test: Matcher; literal: string | null }
  | { kind: 'assert'; assertion: Assertion }
  | { kind: 'sequence'; items: RegexNode[] }
  | { kind: 'choice'; items: RegexNode[] }
  | { kind: 'group'; index: number; body: RegexNode }
  | { kind: 'repeat'; body: RegexNode; minimum: number; maximum: number | null; lazy: boolean }

const maxInstructions = 5_000

/** Thrown for a pattern that cannot be read; `offset` is a place in the pattern. */
export class RegexProblem extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Turns a parsed pattern into a program; throws RegexProblem when it would be too large. */
export function compileNode(node: RegexNode): Instruction[] {
  const instructions: Instruction[] = []
  const emit = (instruction: Instruction) => {
    if (instructions.length >= maxInstructions) {
      throw new RegexProblem('the pattern is too large; repeat fewer times', 0)
    }
    instructions.push(instruction)
    return instructions.length - 1
  }
  const split = (lazy: boolean) => {
    const at = emit({ op: 'split', first: 0, second: 0 })
    return (inside: number, outside: number) => {
      instructions[at] = lazy
        ? { op: 'split', first: outside, second: inside }
        : { op: 'split', first: inside, second: outside }
    }
  }
  const compile = (current: RegexNode): void => {
    switch (current.kind) {
      case 'empty':
        return
      case 'character':
        emit({ op: 'character', test: current.test })
        return
      case 'assert':
        emit({ op: 'assert', kind: current.assertion })
        return
      case 'sequence':
        for (const item of current.items) compile(item)
        return
      case 'group':
        emit({ op: 'save', slot: current.index * 2 })
        compile(current.body)
        emit({ op: 'save', slot: current.index * 2 + 1 })
        return
      case 'choice': {
        const jumps: number[] = []
        current.items.forEach((item, index) => {
          if (index === current.items.length - 1) {
            compile(item)
            return
          }
          const fill = split(false)
          const inside = instructions.length
          compile(item)
          jumps.push(emit({ op: 'jump', to: 0 }))
          fill(inside, instructions.length)
        })
        for (const at of jumps) instructions[at] = { op: 'jump', to: instructions.length }
        return
      }
      case 'repeat': {
        for (let count = 0; count < current.minimum; count += 1) {
          compile(current.body)
          if (current.body.kind === 'empty') break
        }
        if (current.maximum === null) {
          const start = instructions.length
          const fill = split(current.lazy)
          const inside = instructions.length
          compile(current.body)
          emit({ op: 'jump', to: start })
          fill(inside, instructions.length)
          return
        }
        const fills: ((outside: number) => void)[] = []
        for (let count = current.minimum; count < current.maximum; count += 1) {
          const fill = split(current.lazy)
          const inside = instructions.length
          fills.push((outside) => fill(inside, outside))
          compile(current.body)
          if (instructions.length === inside) break
        }
        for (const fill of fills) fill(instructions.length)
      }
    }
  }
  compile({ kind: 'group', index: 0, body: node })
  emit({ op: 'match' })
  return instructions
}
