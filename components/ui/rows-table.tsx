'use client'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import { classNames } from './class-names.ts'
import { formatNumber } from './format.ts'

export type Row = Record<string, unknown>

/** Whether a value reads best as a table: a list whose items are mostly objects. */
export function isRows(value: unknown): value is Row[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.slice(0, 20).every((item) => typeof item === 'object' && item !== null && !Array.isArray(item))
  )
}

const rowHeight = 28

export interface RowsTableProps {
  rows: Row[]
  /** Pixels. */
  maxHeight?: number
  /** Fills the drag of a cell; without it cells cannot be dragged. */
  onDragCell?(data: DataTransfer, index: number, column: string): void
  /** Fills the drag of a column's head. */
  onDragColumn?(data: DataTransfer, column: string): void
}

/** Rows as a table that stays quick with 100,000 of them; columns are those of the first hundred rows. */
export function RowsTable({ rows, maxHeight = 420, onDragCell, onDragColumn }: RowsTableProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const columns = useMemo(
    () => [...new Set(rows.slice(0, 100).flatMap((row) => Object.keys(row ?? {})))].slice(0, 50),
    [rows],
  )
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  })
  const numeric = useMemo(
    () => new Set(columns.filter((column) => rows.slice(0, 20).every((row) => isNumberOrEmpty(row?.[column])))),
    [columns, rows],
  )
  const items = virtual.getVirtualItems()
  const before = items[0]?.start ?? 0
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  return (
    <div
      ref={scroller}
      className="overflow-auto rounded-sm border"
      style={{ maxHeight }}
      tabIndex={0}
      role="region"
      aria-label={`Table of ${formatNumber(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}`}
    >
      <table className="w-full border-collapse text-xs tabular">
        <thead className="sticky top-0 z-10 bg-surface-quiet">
          <tr>
            <th scope="col" className="border-b px-2 py-1 text-right font-normal text-text-faint">
              #
            </th>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                draggable={onDragColumn !== undefined}
                onDragStart={(event) => onDragColumn?.(event.dataTransfer, column)}
                className={classNames(
                  'whitespace-nowrap border-b px-2 py-1 text-left font-medium text-text-quiet',
                  numeric.has(column) && 'text-right',
                )}
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 ? <tr style={{ height: before }} /> : null}
          {items.map((item) => (
            <tr
              key={item.index}
              className="border-b last:border-0 hover:bg-surface-quiet"
              style={{ height: rowHeight }}
            >
              <td className="px-2 text-right text-text-faint">{item.index + 1}</td>
              {columns.map((column) => (
                <td
                  key={column}
                  draggable={onDragCell !== undefined}
                  onDragStart={(event) => onDragCell?.(event.dataTransfer, item.index, column)}
                  className={classNames('max-w-64 truncate px-2', numeric.has(column) && 'text-right')}
                  title={cellText(rows[item.index]?.[column])}
                >
                  {cellText(rows[item.index]?.[column])}
                </td>
              ))}
            </tr>
          ))}
          {after > 0 ? <tr style={{ height: after }} /> : null}
        </tbody>
      </table>
    </div>
  )
}

const isNumberOrEmpty = (value: unknown): boolean => value === null || value === undefined || typeof value === 'number'

/** One line for a value in a table cell. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'string') return value.length > 300 ? `${value.slice(0, 300)}…` : value
  if (typeof value === 'boolean') return String(value)
  return (JSON.stringify(value) ?? '').slice(0, 300)
}
