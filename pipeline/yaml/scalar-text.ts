/** Words that some YAML reader, of this version or an older one, takes for something else than text. */
const reservedWords = /^(?:true|false|null|yes|no|on|off)$/i
const plainInBlock =
  /^[\p{L}_](?:[\p{L}\p{N}_./@+()'!?,;<>=*&|$%-]|:(?=[\p{L}\p{N}/])| (?=[\p{L}\p{N}_(./@+<>=*&|$%-]))*$/u
const plainInFlow = /^[\p{L}_](?:[\p{L}\p{N}_./@+-]| (?=[\p{L}\p{N}_(]))*$/u
const plainDuration = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/
// Everything that is not a visible character or a space of its own: needs escapes.
const unprintable = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u2028\u2029\ufeff\u0085]/u

/** A text on one line: plain where no reader can mistake it, else quoted. `flow` is stricter (inside braces, and for keys). */
export function scalarText(value: string, place: 'block' | 'flow'): string {
  const plain = place === 'flow' ? plainInFlow : plainInBlock
  if (value.length < 1000 && (plain.test(value) || plainDuration.test(value)) && !reservedWords.test(value))
    return value
  if (/["\\]/.test(value) && !unprintable.test(value)) return `'${value.replaceAll("'", "''")}'`
  return JSON.stringify(value).replace(/[\p{Cc}\p{Co}\p{Cn}\u2028\u2029\ufeff\u0085]/gu, escapeCharacter)
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** A JSON value that is no text, map or list. */
export function literalText(value: unknown): string {
  if (Object.is(value, -0)) return '-0'
  return typeof value === 'number' && !Number.isFinite(value) ? 'null' : (JSON.stringify(value) ?? 'null')
}

/** Header and lines of a block scalar for a text of several lines, or null where only a quoted text is exact. */
export function blockText(value: string): { header: string; lines: string[] } | null {
  if (!value.includes('\n')) return null
  const lines = value.split('\n')
  // Lines of blanks only are where YAML readers differ; control characters cannot stand in a block.
  if (lines.some((line) => unprintable.test(line.replaceAll('\t', '')) || /^[ \t]+$/.test(line))) return null
  if (!/[^\n]/.test(value)) return null
  const chomping = !value.endsWith('\n') ? '-' : value.endsWith('\n\n') ? '+' : ''
  const indentation = /^[ \t\n]/.test(value) ? '2' : ''
  return { header: `|${indentation}${chomping}`, lines: value.endsWith('\n') ? lines.slice(0, -1) : lines }
}
