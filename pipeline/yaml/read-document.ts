import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { Comments } from '../document.ts'
import { escapePart, isStepList, type NodePath, stepKeys } from '../node-path.ts'
import type { Problem } from '../problem.ts'
import { shortMessage } from '../short-message.ts'
import { Positions } from './positions.ts'
import { type CommentAnchor, readComments } from './read-comments.ts'
import { scanText } from './scan-text.ts'

/** Texts over this many characters are refused before they are parsed. */
export const maxTextLength = 8_000_000
const maxDepth = 100
// Enough for shared settings, far too few for a bomb.
const maxAliases = 100
// One mistake often brings dozens of follow-up errors; the first ones name it.
const maxSyntaxProblems = 20

/** A text as plain values, before anything is known about pipelines. `value` is undefined when it is not valid YAML. */
export interface ReadText {
  value: unknown
  comments: Comments
  problems: Problem[]
  positions: Positions
}

/** Reads YAML 1.2 (core schema) into plain values with positions and comments; never throws. */
export function readText(text: string): ReadText {
  const lines = new LineCounter()
  const positions = new Positions(text, lines)
  const failed = (problems: Problem[]): ReadText => ({ value: undefined, comments: {}, problems, positions })
  const problemAt = (message: string, offset: number): Problem => ({
    code: 'yaml-syntax',
    severity: 'error',
    message: shortMessage(message),
    ...positions.position(offset),
  })
  if (text.length > maxTextLength)
    return failed([problemAt(`The text is longer than ${maxTextLength.toLocaleString('en')} characters`, 0)])
  const { comments: found, tooDeepAt } = scanText(text, maxDepth)
  if (tooDeepAt !== null) return failed([problemAt('The text is nested too deeply', tooDeepAt)])
  try {
    const parsed = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      uniqueKeys: true,
      prettyErrors: false,
      keepSourceTokens: true,
      resolveKnownTags: false,
      logLevel: 'error',
      lineCounter: lines,
    })
    const errors = [...parsed.errors, ...parsed.warnings].slice(0, maxSyntaxProblems)
    if (errors.length > 0) return failed(errors.map((error) => problemAt(syntaxMessage(error, text), error.pos[0])))
    if (parsed.directives?.yaml.explicit && parsed.directives.yaml.version !== '1.2')
      return failed([problemAt('Pipelines are YAML 1.2; remove the %YAML line', 0)])
    const walk = new Walk(text, positions, problemAt)
    walk.node(parsed.contents, [], '', false)
    if (walk.problems.length > 0) return failed(walk.problems)
    const value = parsed.toJS({ maxAliasCount: maxAliases }) as unknown
    walk.anchors.sort((left, right) => left.offset - right.offset)
    const comments = readComments(text, found, walk.anchors, (offset) => positions.position(offset))
    return { value, comments, problems: [], positions }
  } catch (error) {
    if (error instanceof RangeError) return failed([problemAt('The text is nested too deeply', 0)])
    if (error instanceof ReferenceError) return failed([problemAt('Too many aliases (*name); write the values out', 0)])
    return failed([problemAt(error instanceof Error ? error.message : String(error), 0)])
  }
}

function syntaxMessage(error: YAMLError, text: string): string {
  const [start, end] = error.pos
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^:\n]*/.exec(text.slice(start, Math.max(end, start + 80)))?.[0].trim() ?? ''
    return `The key ${key} stands twice in one map; keep one of them`
  }
  if (error.code === 'MULTIPLE_DOCS') return 'A pipeline file holds one document; remove the second one after ---'
  if (error.code === 'TAB_AS_INDENT') return 'A tab is used to indent; YAML wants spaces'
  if (error.code === 'TAG_RESOLVE_FAILED') return `${error.message}; pipelines use plain values without tags`
  return error.message
}

/** Notes positions and comment anchors of every node, and refuses what JSON cannot hold. */
class Walk {
  readonly anchors: CommentAnchor[] = []
  readonly problems: Problem[] = []
  readonly #text: string
  readonly #positions: Positions
  readonly #problemAt: (message: string, offset: number) => Problem

  constructor(text: string, positions: Positions, problemAt: (message: string, offset: number) => Problem) {
    this.#text = text
    this.#positions = positions
    this.#problemAt = problemAt
  }

  node(node: unknown, path: NodePath, pointer: string, flow: boolean, key?: number): void {
    const value = (node ?? null) as Node | null
    this.#positions.add(path, key, value)
    if (path.length > maxDepth) this.#refuse('The text is nested too deeply', value?.range?.[0] ?? key ?? 0)
    else if (isMap(value)) this.#map(value, path, pointer, flow || value.flow === true)
    else if (isSeq(value)) this.#list(value, path, pointer, flow || value.flow === true)
    else if (isScalar(value) && typeof value.value === 'number' && !Number.isFinite(value.value))
      this.#refuse(`${this.#source(value)} is not a number JSON can hold`, value.range?.[0] ?? 0)
  }

  #map(map: YAMLMap, path: NodePath, pointer: string, flow: boolean): void {
    for (const pair of map.items as Pair<unknown, unknown>[]) {
      const offset = (pair.key as Node | null)?.range?.[0] ?? map.range?.[0] ?? 0
      if (isAlias(pair.key) || !isScalar(pair.key)) {
        this.#refuse('A key must be plain text', offset)
        continue
      }
      const name = pair.key.value === null ? '' : String(pair.key.value)
      if (name === '__proto__') this.#refuse('The key __proto__ is not allowed', offset)
      const child = `${pointer}/${escapePart(name)}`
      this.#anchor(offset, child, pointer, flow)
      this.node(pair.value, [...path, name], child, flow, offset)
    }
  }

  #list(list: YAMLSeq, path: NodePath, pointer: string, flow: boolean): void {
    const keys = isStepList(path)
      ? stepKeys(list.items.map((item) => (isMap(item) ? { id: item.get('id') } : null)))
      : null
    const token = list.srcToken
    const tokens = token?.type === 'block-seq' ? token.items : []
    for (const [index, item] of list.items.entries()) {
      const dash = tokens[index]?.start.find((part) => part.type === 'seq-item-ind')?.offset
      const offset = dash ?? (item as Node | null)?.range?.[0] ?? list.range?.[0] ?? 0
      const child = `${pointer}/${keys?.[index] ?? index}`
      const first = isMap(item) ? firstKeyOf(item, keys !== null) : undefined
      this.#anchor(offset, child, pointer, flow, first === undefined ? undefined : `${child}/${escapePart(first)}`)
      this.node(item, [...path, index], child, flow)
    }
  }

  #anchor(offset: number, pointer: string, parent: string, flow: boolean, firstKey?: string): void {
    const { line, column } = this.#positions.position(offset)
    this.anchors.push({ offset, line, column, pointer, parent, flow, ...(firstKey === undefined ? {} : { firstKey }) })
  }

  #refuse(message: string, offset: number): void {
    this.problems.push(this.#problemAt(message, offset))
  }

  #source(node: Node): string {
    return this.#text.slice(node.range?.[0] ?? 0, node.range?.[1] ?? 0)
  }
}

/** The key the canonical text has on the line of the dash. */
function firstKeyOf(map: YAMLMap, isStep: boolean): string | undefined {
  if (isStep) return 'id'
  const key = (map.items[0] as Pair | undefined)?.key
  return isScalar(key) ? String(key.value) : undefined
}
