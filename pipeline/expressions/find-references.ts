/** A free name of a text with the static path read from it: `a.b["c"][0].d` is `{ name: 'a', path: ['b', 'c', 0, 'd'] }`. */
export interface Reference {
  name: string
  path: (string | number)[]
  /** Range of the whole path in the text; the name itself is `start .. start + name.length`. */
  start: number
  end: number
}

/** The references of a text, in order, best effort when it has errors. `bare` reads the text as one expression (a condition). */
export function findReferences(_text: string, _options: { bare?: boolean } = {}): Reference[] {
  return []
}
