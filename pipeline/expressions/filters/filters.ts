import type { Definition, FunctionTable } from '../function-table.ts'
import { htmlFilters } from './html-filters.ts'
import { jsonFilters } from './json-filters.ts'
import { listFilters } from './list-filters.ts'
import { numberFilters } from './number-filters.ts'
import { regexFilters } from './regex-filters.ts'
import { selectFilters } from './select-filters.ts'
import { sortFilters } from './sort-filters.ts'
import { textFilters } from './text-filters.ts'
import { wrapFilters } from './wrap-filters.ts'

const table: FunctionTable = {
  ...textFilters,
  ...wrapFilters,
  ...listFilters,
  ...selectFilters,
  ...sortFilters,
  ...numberFilters,
  ...jsonFilters,
  ...htmlFilters,
  ...regexFilters,
}
const aliases = { d: 'default', e: 'escape', count: 'length', json: 'to_json', json_encode: 'to_json' }
for (const [alias, name] of Object.entries(aliases)) table[alias] = table[name] as Definition

/** Every filter by name. */
export const filters: ReadonlyMap<string, Definition> = new Map(Object.entries(table))
