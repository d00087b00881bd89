import { asText, type Definition, type FunctionTable, type Runtime } from '../function-table.ts'
import { describe, type Dict, isDict, isTruthy, toList } from '../values.ts'

const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => marks[mark] as string)
}

function unescapeHtml(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{2,5}));/g,
    (whole, decimal, hex, name: string | undefined) => {
      if (name !== undefined) return Object.hasOwn(entities, name) ? (entities[name] as string) : whole
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}

function removeBetween(text: string, open: string, close: string): string {
  let result = ''
  let from = 0
  for (;;) {
    const start = text.indexOf(open, from)
    const end = start < 0 ? -1 : text.indexOf(close, start + open.length)
    if (end < 0) return result + text.slice(from)
    result += text.slice(from, start)
    from = end + close.length
  }
}

function quoteUrl(text: string, safe: string): string {
  const encoded = encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return safe === '/' ? encoded.replaceAll('%2F', '/') : encoded.replaceAll('%20', '+')
}

const escape: Definition = {
  summary: 'With & < > and quotes as HTML entities.',
  parameters: {},
  run: (runtime, input) => {
    const text = asText(runtime, input)
    runtime.budget.charge(text.length / 20)
    return escapeHtml(text)
  },
}

function pairsOf(runtime: Runtime, input: unknown): [unknown, unknown][] {
  if (isDict(input)) return Object.keys(input).map((key) => [key, (input as Dict)[key]])
  return toList(input, runtime.budget).map((pair) =>
    Array.isArray(pair) && pair.length === 2
      ? [pair[0], pair[1]]
      : runtime.budget.fail(`urlencode needs [key, value] pairs, got ${describe(pair)}`),
  )
}

export const htmlFilters: FunctionTable = {
  escape,
  forceescape: escape,
  striptags: {
    summary: 'Without HTML tags and comments, white space collapsed.',
    parameters: {},
    run: (runtime, input) => {
      const text = asText(runtime, input)
      runtime.budget.charge(text.length / 20)
      const bare = removeBetween(removeBetween(text, '<!--', '-->'), '<', '>')
      return unescapeHtml(bare.trim().split(/\s+/).join(' '))
    },
  },
  urlencode: {
    summary: 'Safe inside an address: a text as part of a path, a dictionary as a query.',
    parameters: {},
    run: (runtime, input) => {
      if (input === undefined || typeof input === 'string' || typeof input !== 'object' || input === null) {
        const text = asText(runtime, input)
        runtime.budget.allocate(text.length * 3)
        return quoteUrl(text, '/')
      }
      const parts = pairsOf(runtime, input).map(([key, value]) => {
        const [name, text] = [asText(runtime, key), asText(runtime, value)]
        runtime.budget.allocate((name.length + text.length) * 3)
        return `${quoteUrl(name, '')}=${quoteUrl(text, '')}`
      })
      return parts.join('&')
    },
  },
  xmlattr: {
    summary: 'A dictionary as HTML attributes; undefined and none are left out.',
    parameters: { autospace: true },
    run: (runtime, input, autospace) => {
      if (!isDict(input)) return runtime.budget.fail(`xmlattr needs a dictionary, got ${describe(input)}`)
      const parts: string[] = []
      for (const key of Object.keys(input)) {
        const value = input[key]
        if (value === undefined || value === null) continue
        if (/[\s/>=]/.test(key) || key === '')
          runtime.budget.fail(`${JSON.stringify(key.slice(0, 40))} cannot be the name of an attribute`)
        const text = asText(runtime, value)
        runtime.budget.allocate((key.length + text.length) * 6)
        parts.push(`${escapeHtml(key)}="${escapeHtml(text)}"`)
      }
      return (parts.length > 0 && isTruthy(autospace) ? ' ' : '') + parts.join(' ')
    },
  },
  urlize: {
    summary: 'The addresses in a text as HTML links.',
    parameters: { trim_url_limit: null, nofollow: false, target: null, rel: null },
    run: (runtime, input, limit, nofollow, target, rel) => {
      const text = asText(runtime, input)
      runtime.budget.charge(text.length / 5)
      runtime.budget.allocate(text.length * 6)
      const relations = new Set(
        `noopener ${rel === null ? '' : asText(runtime, rel)} ${isTruthy(nofollow) ? 'nofollow' : ''}`.split(' '),
      )
      const relation = [...relations].filter(Boolean).sort().join(' ')
      const extra = ` rel="${escapeHtml(relation)}"${target === null ? '' : ` target="${escapeHtml(asText(runtime, target))}"`}`
      return escapeHtml(text)
        .split(/(\s+)/)
        .map((word) => {
          const match = /^((?:\(|&lt;)?)((?:https?:\/\/|www\.)[^\s]*?)((?:[.,)\n]|&gt;)*)$/.exec(
            word.length > 2_000 ? '' : word,
          )
          if (!match) return word
          const [, before = '', address = '', after = ''] = match
          const shown =
            typeof limit === 'number' && address.length > limit ? `${address.slice(0, Math.max(0, limit))}...` : address
          const href = address.startsWith('www.') ? `https://${address}` : address
          runtime.budget.allocate(extra.length + href.length)
          return `${before}<a href="${href}"${extra}>${shown}</a>${after}`
        })
        .join('')
    },
  },
}
