/** What may be typed at a place of a text, for completion. */
export interface CompletionContext {
  /** `name`: a root name; `attribute`: a field of `path`; `filter`, `test`, `statement`: such a name; `none`: nothing fits. */
  position: 'name' | 'attribute' | 'filter' | 'test' | 'statement' | 'none'
  /** The path left of the word being typed: `load.rows[0].te|` gives `['load', 'rows', 0]`. Null when it is not a static path. */
  path: (string | number)[] | null
  /** The word being typed, up to the cursor. */
  prefix: string
  /** Where the word starts and ends: what a completion replaces. */
  from: number
  to: number
  inFilterPosition: boolean
  /** Loop and set variables visible here, with the static path a loop variable runs over when there is one. */
  locals: { name: string; over: (string | number)[] | null }[]
}

/** The completion context at an offset, or null outside of expressions. `bare` reads the text as one expression. */
export function expressionAt(
  _text: string,
  _offset: number,
  _options: { bare?: boolean } = {},
): CompletionContext | null {
  return null
}
