import { parseCondition, parseTemplate } from './parse-template.ts'
import { scanBrokenTags } from './scan-names.ts'
import { walkNames } from './walk-names.ts'

/**
 * The text with the free name `from` called `to`. Local variables that would capture it are renamed out of the way, so
 * the text means the same as before in a scope where `from` is called `to`.
 */
export function renameReference(text: string, from: string, to: string, options: { bare?: boolean } = {}): string {
  if (from === to || !text.includes(from)) return text
  const template = options.bare ? parseCondition(text) : parseTemplate(text)
  const isBare = options.bare === true && !text.includes('{{') && !text.includes('{%')
  const broken = template.errors.length > 0 ? scanBrokenTags(template, isBare) : []
  const uses = [...walkNames(template), ...broken]
  const ofFrom = uses.filter((use) => use.name === from)
  if (!ofFrom.some((use) => use.kind === 'free' || use.kind === 'maybe')) return text

  // Where it depends on what ran whether the name is local, one occurrence stands for both: rename all alike.
  const isAmbiguous = ofFrom.some((use) => use.kind === 'maybe')
  const edits = ofFrom
    .filter((use) => isAmbiguous || use.kind === 'free')
    .map((use) => ({ start: use.start, end: use.end, name: to }))
  const ofTo = uses.filter((use) => use.name === to)
  if (ofTo.some((use) => use.kind === 'binding')) {
    const fresh = freshName(to, text)
    for (const { start, end } of ofTo) edits.push({ start, end, name: fresh })
  }
  edits.sort((left, right) => left.start - right.start)
  let result = ''
  let last = 0
  for (const edit of edits) {
    if (edit.start < last) continue
    result += text.slice(last, edit.start) + edit.name
    last = edit.end
  }
  return result + text.slice(last)
}

function freshName(name: string, text: string): string {
  for (let number = 2; ; number += 1) {
    const candidate = `${name}_${number}`
    if (!text.includes(candidate)) return candidate
  }
}
