export type HighlightKind =
  | 'delimiter'
  | 'keyword'
  | 'name'
  | 'property'
  | 'filter'
  | 'function'
  | 'string'
  | 'number'
  | 'operator'
  | 'punctuation'
  | 'comment'
  | 'error'

/** A coloured range of a text; ranges are in order and do not overlap, plain text has none. */
export interface HighlightRange {
  start: number
  end: number
  kind: HighlightKind
}

/** The coloured ranges of a text with expressions; `bare` reads the text as one expression. */
export function tokenizeForHighlight(_text: string, _options: { bare?: boolean } = {}): HighlightRange[] {
  return []
}
