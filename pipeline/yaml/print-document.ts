import type { Comments, PipelineDocument } from '../document.ts'
import { escapePart, isStepList, type NodePath, stepKeys } from '../node-path.ts'
import { documentShape, type NodeShape, orderedEntries } from './node-shape.ts'
import { plainComment } from './plain-comment.ts'
import { blockText, literalText, scalarText } from './scalar-text.ts'

const maxLineLength = 100
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A node on its way to the text: `indent` is the column of its children, in spaces. */
interface Place {
  path: NodePath
  pointer: string
  indent: number
  shape: NodeShape
}

/** The canonical YAML text of a document: the same for equal documents, one change giving one small difference. */
export function printDocument(document: PipelineDocument): string {
  const { comments = {}, ...content } = document
  const printer = new Printer(comments)
  printer.comment(comments['']?.before, 0)
  printer.map(content, { path: [], pointer: '', indent: 0, shape: documentShape })
  return `${printer.lines.join('\n')}\n`
}

class Printer {
  readonly lines: string[] = []
  readonly #comments: Comments
  /** Nodes with comments somewhere inside them: these cannot stand on one line. */
  readonly #commented = new Set<string>()

  constructor(comments: Comments) {
    this.#comments = comments
    for (const [pointer, slots] of Object.entries(comments)) {
      if (slots.end !== undefined) this.#commented.add(pointer)
      for (let slash = pointer.lastIndexOf('/'); slash >= 0; slash = pointer.lastIndexOf('/', slash - 1)) {
        this.#commented.add(pointer.slice(0, slash))
        if (slash === 0) break
      }
    }
  }

  comment(text: string | undefined, indent: number): void {
    if (text === undefined) return
    for (const line of text.split(/\r\n|[\n\r]/)) this.lines.push(`${' '.repeat(indent)}${commentText(line)}`)
  }

  map(map: object, place: Place, firstPrefix?: string): void {
    let prefix = firstPrefix
    for (const [key, value] of orderedEntries(map, place.shape)) {
      const child: Place = {
        path: [...place.path, key],
        pointer: `${place.pointer}/${escapePart(key)}`,
        indent: place.indent + 2,
        shape: place.shape.child?.(key) ?? {},
      }
      const keyText = scalarText(key, 'flow')
      if (prefix === undefined) this.comment(this.#comments[child.pointer]?.before, place.indent)
      const start = prefix ?? ' '.repeat(place.indent)
      // Readers refuse a key of more than 1024 characters unless it is marked as one.
      if (keyText.length > 1000) {
        this.lines.push(`${start}? ${keyText}`)
        this.value(`${' '.repeat(place.indent)}:`, value, child)
      } else this.value(`${start}${keyText}:`, value, child)
      prefix = undefined
    }
    this.comment(this.#comments[place.pointer]?.end, place.indent)
  }

  value(prefix: string, value: unknown, place: Place): void {
    const after = this.#after(place.pointer)
    const block = typeof value === 'string' ? blockText(value) : null
    if (block) {
      const margin = ' '.repeat(place.indent)
      this.lines.push(`${prefix} ${block.header}${after}`, ...block.lines.map((line) => (line ? margin + line : '')))
      return
    }
    const inline = this.#inline(value, place, maxLineLength - prefix.length - 1)
    if (inline !== null) {
      this.lines.push(`${prefix} ${inline}${after}`)
      return
    }
    this.lines.push(`${prefix}${after}`)
    if (Array.isArray(value)) this.list(value, place)
    else if (isMap(value)) this.map(value, place)
  }

  list(list: readonly unknown[], place: Place): void {
    const keys = isStepList(place.path) ? stepKeys(list) : null
    const margin = ' '.repeat(place.indent)
    for (const [index, value] of list.entries()) {
      const item: Place = {
        path: [...place.path, index],
        pointer: `${place.pointer}/${keys?.[index] ?? index}`,
        indent: place.indent + 2,
        shape: place.shape.items ?? {},
      }
      this.comment(this.#comments[item.pointer]?.before, place.indent)
      const first = isMap(value) ? orderedEntries(value, item.shape)[0] : undefined
      if (first && this.#inline(value, item, maxLineLength - place.indent - 2) === null) {
        // A map starts on the line of its dash, so comments on the item and on its first key share their places.
        this.comment(this.#comments[`${item.pointer}/${escapePart(first[0])}`]?.before, place.indent)
        this.comment(this.#comments[item.pointer]?.after, place.indent)
        this.map(value as object, item, `${margin}- `)
      } else this.value(`${margin}-`, value, item)
    }
    this.comment(this.#comments[place.pointer]?.end, place.indent)
  }

  #after(pointer: string): string {
    const text = this.#comments[pointer]?.after
    return text === undefined ? '' : ` ${commentText(text.replaceAll(/[\n\r]+/g, ' '))}`
  }

  /** The node on one line, or null when it must not or does not fit. */
  #inline(value: unknown, place: Place, room: number): string | null {
    if (typeof value === 'string') return scalarText(value, 'block')
    if (typeof value !== 'object' || value === null) return literalText(value)
    const empty = Array.isArray(value) ? value.length === 0 : orderedEntries(value, {}).length === 0
    if (empty) return Array.isArray(value) ? '[]' : '{}'
    if (place.shape.block || this.#commented.has(place.pointer)) return null
    return flowText(value, place.shape, 2, room)
  }
}

function commentText(line: string): string {
  const text = plainComment(line)
  if (text === '') return '#'
  return /^[#!]/.test(text) ? `#${text}` : `# ${text}`
}

/** Small maps and lists in braces: at most `depth` levels and `room` characters, else null. */
function flowText(value: unknown, shape: NodeShape, depth: number, room: number): string | null {
  if (typeof value === 'string') return value.includes('\n') ? null : fitting(scalarText(value, 'flow'), room)
  if (typeof value !== 'object' || value === null) return fitting(literalText(value), room)
  if (depth === 0) return null
  const parts: string[] = []
  let left = room - 2
  const entries = Array.isArray(value) ? value.map((item) => [null, item] as const) : orderedEntries(value, shape)
  for (const [key, child] of entries) {
    const text = flowText(child, (key === null ? shape.items : shape.child?.(key)) ?? {}, depth - 1, left)
    if (text === null) return null
    parts.push(key === null ? text : `${scalarText(key, 'flow')}: ${text}`)
    left -= (parts.at(-1)?.length ?? 0) + 2
    if (left < -2) return null
  }
  if (Array.isArray(value)) return fitting(`[${parts.join(', ')}]`, room)
  return fitting(parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`, room)
}

function fitting(text: string, room: number): string | null {
  return text.length <= room ? text : null
}
