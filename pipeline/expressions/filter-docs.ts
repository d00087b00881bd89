import { filters } from './filters/filters.ts'
import { type Definition, signatureOf } from './function-table.ts'
import { globals } from './globals.ts'
import { tests } from './tests.ts'

/** One line for a person about a filter, test or global function. */
export interface CallableDoc {
  signature: string
  summary: string
}

function docsOf(table: ReadonlyMap<string, Definition>): Readonly<Record<string, CallableDoc>> {
  const entries = [...table].map(([name, definition]): [string, CallableDoc] => [
    name,
    { signature: signatureOf(name, definition), summary: definition.summary },
  ])
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)))
}

export const filterDocs: Readonly<Record<string, CallableDoc>> = docsOf(filters)
export const testDocs: Readonly<Record<string, CallableDoc>> = docsOf(tests)
export const globalDocs: Readonly<Record<string, CallableDoc>> = docsOf(globals)
export const filterNames: readonly string[] = Object.keys(filterDocs)
export const testNames: readonly string[] = Object.keys(testDocs)
