'use client'
import { formatNumber } from '#components/ui/format.ts'
import { JsonTree } from '#components/ui/json-tree.tsx'
import { RowsTable, isRows } from '#components/ui/rows-table.tsx'
import type { JsonValue } from '#pipeline/document.ts'
import { Fragment } from 'react'

/** Rows that are listed one below the other where there is no room for a table. */
const listedRows = 30

/** What is to be approved, the way a person reads it: text, a number, a table, a list of fields. */
export function WaitValue({ value }: { value: JsonValue }) {
  if (typeof value === 'string') return <p className="whitespace-pre-wrap break-words">{value}</p>
  if (typeof value !== 'object' || value === null) {
    return <p className="text-xl font-semibold tabular">{scalarText(value)}</p>
  }
  if (isRows(value)) {
    return value.length > listedRows ? (
      <RowsTable rows={value} maxHeight={360} />
    ) : (
      <>
        {/* A phone is too narrow for columns: there each row is a list of its fields. */}
        <ol className="divide-y sm:hidden">
          {(value as Record<string, JsonValue>[]).map((row, index) => (
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index} className="py-3 first:pt-0 last:pb-0">
              <WaitValue value={row} />
            </li>
          ))}
        </ol>
        <div className="max-sm:hidden">
          <RowsTable rows={value} maxHeight={360} />
        </div>
      </>
    )
  }
  if (Array.isArray(value)) {
    if (value.every(isScalar)) {
      return (
        <ul className="list-disc space-y-1 pl-5">
          {value.map((item, index) => (
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index} className="break-words">
              {scalarText(item)}
            </li>
          ))}
        </ul>
      )
    }
    return <JsonTree value={value} />
  }
  return (
    <dl className="grid grid-cols-[minmax(0,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5">
      {Object.entries(value).map(([name, field]) => (
        <Fragment key={name}>
          <dt className="max-w-40 text-text-quiet">{wordsOf(name)}</dt>
          <dd className="min-w-0 break-words tabular">
            {isScalar(field) ? (
              <span className="whitespace-pre-wrap">{scalarText(field)}</span>
            ) : (
              <WaitValue value={field} />
            )}
          </dd>
        </Fragment>
      ))}
    </dl>
  )
}

export const isScalar = (value: JsonValue | undefined): boolean => typeof value !== 'object' || value === null

/** `order_total` and `orderTotal` as "Order total". */
export function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1)
}

function scalarText(value: JsonValue | undefined): string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  return typeof value === 'number' ? formatNumber(value) : String(value)
}
