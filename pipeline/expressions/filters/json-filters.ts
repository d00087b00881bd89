import { asInteger, type FunctionTable, type Runtime } from '../function-table.ts'
import { writeJson } from '../json-text.ts'
import { represent } from '../print-value.ts'
import { type Dict, isDict } from '../values.ts'

const htmlEscapes: Record<string, string> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', "'": '\\u0027' }

function indentOf(runtime: Runtime, indent: unknown): number | null {
  if (indent === null || indent === undefined) return null
  const width = asInteger(runtime, indent, 'indent')
  if (width < 0 || width > 20) runtime.budget.fail(`indent must be between 0 and 20, got ${width}`)
  return width
}

export const jsonFilters: FunctionTable = {
  tojson: {
    summary: "JSON that is safe inside HTML: keys sorted, < > & ' and letters beyond ASCII escaped.",
    parameters: { indent: null },
    run: (runtime, input, indent) => {
      const options = { indent: indentOf(runtime, indent), sortKeys: true, ascii: true }
      return writeJson(input, options, runtime.budget).replace(/[<>&']/g, (mark) => htmlEscapes[mark] as string)
    },
  },
  to_json: {
    summary: 'JSON for people and models: indented, nothing escaped.',
    parameters: { indent: 2 },
    run: (runtime, input, indent) =>
      writeJson(input, { indent: indentOf(runtime, indent), sortKeys: false, ascii: false }, runtime.budget),
  },
  from_json: {
    summary: 'The value of a JSON text; the text itself when it is not JSON.',
    parameters: {},
    run: (runtime, input) => {
      if (typeof input !== 'string') return input
      runtime.budget.allocate(input.length * 2)
      runtime.budget.charge(input.length / 20)
      try {
        return JSON.parse(input) as unknown
      } catch {
        return input
      }
    },
  },
  pprint: {
    summary: 'The value spread over lines, for people.',
    parameters: {},
    run: (runtime, input) => pretty(runtime, input, 1),
  },
}

function pretty(runtime: Runtime, value: unknown, margin: number): string {
  const { budget } = runtime
  const flat = represent(value, budget)
  if (flat.length + margin <= 80 || typeof value !== 'object' || value === null) return flat
  budget.enter()
  budget.allocate(flat.length)
  const separator = `,\n${' '.repeat(margin)}`
  let text: string
  if (Array.isArray(value)) text = `[${value.map((item) => pretty(runtime, item, margin + 1)).join(separator)}]`
  else if (isDict(value)) {
    const entries = Object.keys(value).sort()
    text = `{${entries.map((key) => prettyEntry(runtime, value, key, margin)).join(separator)}}`
  } else text = flat
  budget.leave()
  return text
}

function prettyEntry(runtime: Runtime, dict: Dict, key: string, margin: number): string {
  const name = represent(key, runtime.budget)
  return `${name}: ${pretty(runtime, dict[key], margin + Math.min(name.length, 20) + 2)}`
}
