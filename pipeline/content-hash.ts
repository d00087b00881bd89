import type { PipelineDocument } from './document.ts'
import { sha256 } from './sha-256.ts'

/** SHA-256 (hexadecimal) of what a document says, the order of keys aside; layout and comments do not count. */
export function contentHash(document: PipelineDocument): string {
  const { layout: _layout, comments: _comments, ...content } = document
  return sha256(canonicalJson(content))
}

/** JSON with keys sorted, the same text for equal values; undefined values count as absent. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, child]) => child !== undefined)
  entries.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
  return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${canonicalJson(child)}`).join(',')}}`
}
