import type { SourceRange, Template } from './ast.ts'
import { lexBare, lexTemplate } from './lexer.ts'
import type { Token } from './read-token.ts'
import type { NameUse } from './walk-names.ts'

const words = new Set('and or not in is if else elif for set true false none True False None recursive'.split(' '))

/** The names in the tags of a text that could not be parsed, by their tokens alone. */
export function scanBrokenTags(template: Template, bare: boolean): NameUse[] {
  const broken: SourceRange[] = template.nodes.length === 0 && bare ? [{ start: 0, end: template.source.length }] : []
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) collect(item)
    else if (typeof value === 'object' && value !== null && 'kind' in value) {
      if (value.kind === 'error') broken.push(value as unknown as SourceRange)
      for (const key of ['body', 'otherwise', 'branches'] as const)
        if (key in value) collect((value as Record<string, unknown>)[key])
    } else if (typeof value === 'object' && value !== null && 'body' in value) collect(value.body)
  }
  collect(template.nodes)
  if (broken.length === 0) return []
  const { segments } = bare ? lexBare(template.source) : lexTemplate(template.source)
  const starts = new Set(broken.map((range) => range.start))
  return segments
    .filter((segment) => segment.tokens.length > 0 && starts.has(segment.start))
    .flatMap((segment) => scanTokens(segment.kind === 'statement' ? segment.tokens.slice(1) : segment.tokens))
}

function scanTokens(tokens: readonly Token[]): NameUse[] {
  const uses: NameUse[] = []
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as Token
    const before = tokens[index - 1]?.text
    const isCallOrArgument = tokens[index + 1]?.text === '(' || tokens[index + 1]?.text === '='
    if (token.kind !== 'name' || words.has(token.text) || isCallOrArgument) continue
    if (before === '.' || before === '|' || before === 'is' || (before === 'not' && tokens[index - 2]?.text === 'is'))
      continue
    const { path, next } = readPathTokens(tokens, index + 1)
    const pathEnd = tokens[next - 1]?.end ?? token.end
    uses.push({ name: token.text, kind: 'free', start: token.start, end: token.end, path, pathEnd })
    index = next - 1
  }
  return uses
}

/** The static path that follows a name: `.b`, `["c"]`, `[0]`. */
export function readPathTokens(tokens: readonly Token[], from: number): { path: (string | number)[]; next: number } {
  const path: (string | number)[] = []
  let next = from
  for (;;) {
    const [mark, key, close, after] = tokens.slice(next, next + 4)
    if (mark?.text === '.' && mark.kind === 'operator' && (key?.kind === 'name' || key?.kind === 'number')) {
      if (close?.text === '(') return { path, next }
      path.push(key.kind === 'number' ? Number(key.text) : key.text)
      next += 2
    } else if (mark?.text === '[' && (key?.kind === 'string' || key?.kind === 'number') && close?.text === ']') {
      path.push(key.value as string | number)
      next += 3
    } else if (mark?.text === '[' && key?.text === '-' && close?.kind === 'number' && after?.text === ']') {
      path.push(-(close.value as number))
      next += 4
    } else return { path, next }
  }
}
