import { parseCondition, parseTemplate } from './parse-template.ts'
import { scanBrokenTags } from './scan-names.ts'
import { walkNames } from './walk-names.ts'

/** A free name of a text with the static path read from it: `a.b["c"][0].d` is `{ name: 'a', path: ['b', 'c', 0, 'd'] }`. */
export interface Reference {
  name: string
  path: (string | number)[]
  /** Range of the whole path in the text; the name itself is `start .. start + name.length`. */
  start: number
  end: number
}

/** The references of a text, in order, best effort when it has errors. `bare` reads the text as one expression (a condition). */
export function findReferences(text: string, options: { bare?: boolean } = {}): Reference[] {
  if (!options.bare && !text.includes('{')) return []
  const template = options.bare ? parseCondition(text) : parseTemplate(text)
  const isBare = options.bare === true && !text.includes('{{') && !text.includes('{%')
  const broken = template.errors.length > 0 ? scanBrokenTags(template, isBare) : []
  return [...walkNames(template), ...broken]
    .filter((use) => use.kind === 'free' || use.kind === 'maybe')
    .map(({ name, path, start, pathEnd }) => ({ name, path, start, end: pathEnd }))
    .sort((left, right) => left.start - right.start)
}
