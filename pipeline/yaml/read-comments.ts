import type { Comments } from '../document.ts'
import { escapePart } from '../node-path.ts'
import { plainComment } from './plain-comment.ts'
import type { ScannedText } from './scan-text.ts'

/** A node a comment may belong to: a key of a map or an entry of a list, where it starts in the text. */
export interface CommentAnchor {
  offset: number
  line: number
  column: number
  pointer: string
  parent: string
  /** Inside braces or brackets. */
  flow: boolean
  /** For an entry of a list that is a map: the pointer of the key written on the entry's own line. */
  firstKey?: string
}

interface SourceComment {
  offset: number
  line: number
  column: number
  text: string
  /** Something else stands before it on its line. */
  trailing: boolean
}

type Slot = 'before' | 'after' | 'end'

/** Assigns every comment of a text to the node it belongs to; none is dropped. Anchors come in the order of the text. */
export function readComments(
  text: string,
  found: ScannedText['comments'],
  anchors: readonly CommentAnchor[],
  positionOf: (offset: number) => { line: number; column: number },
): Comments {
  const comments: Comments = {}
  if (found.length === 0) return comments
  const add = (pointer: string, slot: Slot, line: string) => {
    const slots = (comments[pointer] ??= {})
    slots[slot] = slots[slot] === undefined ? line : `${slots[slot]}\n${line}`
  }
  const byPointer = new Map(anchors.map((anchor) => [anchor.pointer, anchor]))
  const childColumns = new Map<string, number>()
  for (const anchor of anchors) if (!childColumns.has(anchor.parent)) childColumns.set(anchor.parent, anchor.column)
  let next = 0
  for (const comment of sourceComments(text, found, positionOf)) {
    while (next < anchors.length && (anchors[next] as CommentAnchor).offset < comment.offset) next += 1
    const previous = anchors.slice(Math.max(0, next - 1), next)[0]
    if (comment.trailing && previous) {
      const owner = ownerOfTrailing(anchors, next, comment.line)
      if (comments[owner.pointer]?.after === undefined) add(owner.pointer, 'after', comment.text)
      else add(owner.pointer, 'before', comment.text)
      continue
    }
    const follower = anchors[next]
    if (next === 0 && follower) add('', 'before', comment.text)
    else if (!follower || comment.column > follower.column)
      add(...endingAt(comment.column, previous, follower, byPointer, childColumns), comment.text)
    else add(follower.pointer, 'before', comment.text)
  }
  return toPrintedPlaces(comments, anchors, byPointer)
}

/** The outermost-printed node that starts on the comment's line, or the nearest one above. */
function ownerOfTrailing(anchors: readonly CommentAnchor[], next: number, line: number): CommentAnchor {
  let inFlow: CommentAnchor | undefined
  for (let index = next - 1; index >= 0; index -= 1) {
    const anchor = anchors[index] as CommentAnchor
    if (anchor.line < line) break
    if (!anchor.flow) return anchor
    inFlow ??= anchor
  }
  if (inFlow) return inFlow
  for (let index = next - 1; index >= 0; index -= 1)
    if (!(anchors[index] as CommentAnchor).flow) return anchors[index] as CommentAnchor
  return anchors[0] as CommentAnchor
}

/** A comment indented deeper than what follows closes the map or list whose entries stand in its column. */
function endingAt(
  column: number,
  previous: CommentAnchor | undefined,
  follower: CommentAnchor | undefined,
  byPointer: ReadonlyMap<string, CommentAnchor>,
  childColumns: ReadonlyMap<string, number>,
): [string, Slot] {
  for (let parent = previous?.parent; parent !== undefined; parent = byPointer.get(parent)?.parent) {
    if (childColumns.get(parent) === column) return [parent, 'end']
    if (parent === '') break
  }
  return follower ? [follower.pointer, 'before'] : ['', 'end']
}

/** Moves comments to where the canonical text will have them, so that reading that text gives the same again. */
function toPrintedPlaces(
  comments: Comments,
  anchors: readonly CommentAnchor[],
  byPointer: ReadonlyMap<string, CommentAnchor>,
): Comments {
  const move = (from: string, fromSlot: Slot, to: string, toSlot: Slot) => {
    const text = comments[from]?.[fromSlot]
    if (text === undefined) return
    delete comments[from]?.[fromSlot]
    const slots = (comments[to] ??= {})
    slots[toSlot] = slots[toSlot] === undefined ? text : `${slots[toSlot]}\n${text}`
  }
  move(`/${escapePart('orchestrator')}`, 'before', '', 'before')
  for (const { pointer, firstKey } of anchors) {
    if (firstKey === undefined) continue
    move(firstKey, 'before', pointer, 'before')
    if (byPointer.get(firstKey)?.flow) continue
    if (comments[firstKey]?.after === undefined) move(pointer, 'after', firstKey, 'after')
    else move(pointer, 'after', pointer, 'before')
  }
  return Object.fromEntries(Object.entries(comments).filter(([, slots]) => Object.keys(slots).length > 0))
}

function* sourceComments(
  text: string,
  found: ScannedText['comments'],
  positionOf: (offset: number) => { line: number; column: number },
): Generator<SourceComment> {
  for (const { offset, text: token } of found) {
    const lineStart = text.lastIndexOf('\n', offset - 1) + 1
    yield {
      offset,
      ...positionOf(offset),
      text: plainComment(token.slice(token[1] === ' ' ? 2 : 1)),
      trailing: text.slice(lineStart, offset).trim() !== '',
    }
  }
}
