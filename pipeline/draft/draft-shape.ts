import type * as Y from 'yjs'
import type { JsonValue, Step } from '../document.ts'

/**
 * How a document lies in a Yjs document. Four top-level maps:
 *
 * - `pipeline`: name, description and so on as plain values; `$input:<name>` and `$output:<name>` one value each.
 * - `steps`: a map per step under a key that never changes, so renaming an id or moving a step keeps its identity.
 *   Every setting is a value of its own (`$with:<field>`): concurrent edits of two fields both survive.
 * - `edges`: one plain value per edge under a key made of its ends: the same edge drawn twice is one edge.
 * - `layout`: notes and layout entries of steps that do not exist; a step's own position is in its map.
 *
 * Keys of ours start with `$`; a foreign key that does is stored with one `$` more.
 */
export const draftMapNames = ['pipeline', 'steps', 'edges', 'layout'] as const

export type PlainMap = Y.Map<unknown>
export type StepsMap = Y.Map<PlainMap>

export const pipelineMap = (doc: Y.Doc): PlainMap => doc.getMap('pipeline')
export const stepsMap = (doc: Y.Doc): StepsMap => doc.getMap('steps')
export const edgesMap = (doc: Y.Doc): Y.Map<EdgeRecord> => doc.getMap('edges')
export const layoutMap = (doc: Y.Doc): PlainMap => doc.getMap('layout')

/** Position in canvas pixels, relative to the container for steps in a body; size for containers only. */
export interface StepLayout {
  [key: string]: unknown
  x: number
  y: number
  width?: number
  height?: number
}

/** An edge as stored: `port` is as written after the dot, null for a bare step id; `raw` is a need that names nobody. */
export type EdgeRecord =
  | { from: string; port: string | null; to: string; order: string }
  | { raw: string; to: string; order: string }

/** One step as stored: its document part without `needs` and `steps`, and our own keys beside it. */
export interface StepContent {
  parent: string | null
  order: string
  body: boolean
  emptyNeeds: boolean
  layout: StepLayout | null
  step: Step
}

const escapeKey = (key: string): string => (key.startsWith('$') ? `$${key}` : key)
const unescapeKey = (key: string): string | null =>
  key.startsWith('$$') ? key.slice(1) : key.startsWith('$') ? null : key

/** A new key for a step: 12 random characters. */
export function newStepKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join('')
}

/** Where the edge with these ends is stored. */
export function edgeKey(from: string, port: string | null, to: string): string {
  return `${to}|${from}|${port === null ? '' : `.${port}`}`
}

/** Splits `step.port`; the port is null when none is written. */
export function splitNeed(need: string): { id: string; port: string | null } {
  const dot = need.indexOf('.')
  return dot < 0 ? { id: need, port: null } : { id: need.slice(0, dot), port: need.slice(dot + 1) }
}

/** Writes a value only when it differs; undefined removes it. Keeps updates and undo steps small. */
export function setPlain(map: PlainMap, key: string, value: unknown): void {
  if (value === undefined) {
    if (map.has(key)) map.delete(key)
    return
  }
  const stored = toStored(value)
  if (!map.has(key) || JSON.stringify(map.get(key)) !== JSON.stringify(stored)) map.set(key, stored)
}

/** Yjs knows objects by their `constructor` and decodes by assignment: such keys of a value would break or get lost. */
function toStored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const text = JSON.stringify(value)
  if (/"(?:constructor|__proto__|\$json)":/.test(text)) return { $json: text }
  return Object.getPrototypeOf(value) === null ? { ...value } : value
}

function fromStored(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null || !('$json' in stored)) return stored
  return JSON.parse(stored.$json as string)
}

/** The foreign entries of a map, with their real names. */
export function plainEntries(map: PlainMap): [string, unknown][] {
  const entries: [string, unknown][] = []
  for (const [stored, value] of map.entries()) {
    const key = unescapeKey(stored)
    if (key !== null) entries.push([key, fromStored(value)])
  }
  // A Yjs map has no order of its own: two people must still see the same text.
  return entries.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
}

/** Makes the foreign entries of a map equal to these. */
export function setPlainEntries(map: PlainMap, entries: readonly (readonly [string, unknown])[]): void {
  const wanted = new Set(entries.map(([key]) => escapeKey(key)))
  for (const stored of [...map.keys()]) {
    if (unescapeKey(stored) !== null && !wanted.has(stored)) map.delete(stored)
  }
  for (const [key, value] of entries) setPlain(map, escapeKey(key), value)
}

/**
 * A record stored one entry per key (`$with:url`), so that edits of different entries merge. `$with` beside them holds
 * the order; it is absent when the record is.
 */
export function readRecord(map: PlainMap, name: string): Record<string, JsonValue> | undefined {
  const prefix = `$${name}:`
  const present = new Map<string, JsonValue>()
  for (const [stored, value] of map.entries()) {
    if (stored.startsWith(prefix)) present.set(stored.slice(prefix.length), fromStored(value) as JsonValue)
  }
  const order = map.get(`$${name}`) as string[] | undefined
  if (order === undefined && present.size === 0) return undefined
  const ordered = (order ?? []).filter((key) => present.has(key))
  const rest = [...present.keys()].filter((key) => !ordered.includes(key)).sort()
  return Object.fromEntries([...ordered, ...rest].map((key) => [key, present.get(key)!]))
}

/** Makes a record stored by `readRecord`'s rules equal to this one; undefined removes it. */
export function setRecord(map: PlainMap, name: string, record: Readonly<Record<string, unknown>> | undefined): void {
  const prefix = `$${name}:`
  for (const stored of [...map.keys()]) {
    if (stored.startsWith(prefix) && (!record || !Object.hasOwn(record, stored.slice(prefix.length)))) {
      map.delete(stored)
    }
  }
  setPlain(map, `$${name}`, record && Object.keys(record))
  for (const [key, value] of Object.entries(record ?? {})) setPlain(map, prefix + key, value)
}

/** Writes one entry of a record; undefined removes it. The record comes into being with its first entry. */
export function setRecordEntry(map: PlainMap, name: string, key: string, value: unknown): void {
  setPlain(map, `$${name}:${key}`, value)
  const order = (map.get(`$${name}`) as string[] | undefined) ?? []
  if (value !== undefined && !order.includes(key)) map.set(`$${name}`, [...order, key])
  if (value === undefined && order.includes(key)) {
    map.set(
      `$${name}`,
      order.filter((other) => other !== key),
    )
  }
}

/** Reads a stored step. */
export function readStepContent(map: PlainMap): StepContent {
  const settings = readRecord(map, 'with')
  const fields = plainEntries(map)
  if (settings) fields.push(['with', settings])
  return {
    parent: (map.get('$parent') as string | undefined) ?? null,
    order: (map.get('$order') as string | undefined) ?? '',
    body: map.get('$body') === true,
    emptyNeeds: map.get('$needs') === true,
    layout: (map.get('$layout') as StepLayout | undefined) ?? null,
    step: Object.fromEntries(fields) as Step,
  }
}

/** Makes a stored step equal to this one; edges and the steps of its body are stored elsewhere. */
export function writeStepContent(map: PlainMap, parent: string | null, order: string, step: Step): void {
  const { with: settings, needs, steps, ...rest } = step
  setPlain(map, '$parent', parent ?? undefined)
  setPlain(map, '$order', order)
  setPlain(map, '$body', steps ? true : undefined)
  setPlain(map, '$needs', needs?.length === 0 ? true : undefined)
  setRecord(map, 'with', settings)
  setPlainEntries(
    map,
    Object.entries(rest).filter(([, value]) => value !== undefined),
  )
}
