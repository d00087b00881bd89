import { isCollection, isMap, isScalar, isSeq, type LineCounter, type Node, type Scalar } from 'yaml'
import { type NodePath, pointerOf } from '../node-path.ts'
import { sourceOffsetOf } from './source-offset.ts'

/** A place in a text, both from 1. */
export interface Position {
  line: number
  column: number
}

interface Entry {
  key: number | undefined
  value: number
  /** Where people look: the key of a block collection, else the value. */
  shown: number
  scalar: Scalar | undefined
}

/** Where each node of a parsed text stands, asked by its path from the root. */
export class Positions {
  readonly #entries = new Map<string, Entry>()
  readonly #text: string
  readonly #lines: LineCounter

  constructor(text: string, lines: LineCounter) {
    this.#text = text
    this.#lines = lines
  }

  /** For the reader: notes a node and the offset of its key. */
  add(path: NodePath, key: number | undefined, node: Node | null): void {
    const value = node?.range?.[0] ?? key ?? 0
    const block = isCollection(node) && !node.flow && (isMap(node) || isSeq(node))
    const shown = block && key !== undefined ? key : value
    this.#entries.set(pointerOf(path), { key, value, shown, scalar: isScalar(node) ? node : undefined })
  }

  /**
   * The place of the node at a path, or of the nearest node above it that exists. `offset` counts UTF-16 units inside a
   * text value; `key` asks for the place of the node's key.
   */
  at(path: NodePath, options: { offset?: number; key?: boolean } = {}): Position {
    const entry = this.#entries.get(pointerOf(path))
    if (!entry) return path.length === 0 ? { line: 1, column: 1 } : this.at(path.slice(0, -1))
    if (options.key) return this.position(entry.key ?? entry.shown)
    if (options.offset !== undefined && entry.scalar)
      return this.position(sourceOffsetOf(this.#text, entry.scalar, options.offset))
    return this.position(entry.shown)
  }

  /** The place of an offset of the text. */
  position(offset: number): Position {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.#text.length))
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
}
