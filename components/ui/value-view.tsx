'use client'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import { formatNumber } from './format.ts'
import { IconButton } from './icon-button.tsx'
import { JsonTree } from './json-tree.tsx'
import { isRows, RowsTable } from './rows-table.tsx'
import { toast } from './toast.tsx'

export interface ValueViewProps {
  value: unknown
  /** Called with the keys from the root when a person picks a value. */
  onPick?(path: (string | number)[]): void
  /** Fills the drag of a value at a path, or of one column of the rows at a path; without it nothing can be dragged. */
  onDragValue?(data: DataTransfer, path: (string | number)[], column?: string): void
  maxHeight?: number
}

/** Names the key of an object that holds rows, so that `{ rows: [...] }` shows its table at once. */
function rowsKey(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const keys = Object.entries(value)
    .filter(([, child]) => isRows(child))
    .map(([key]) => key)
  return keys.length === 1 ? keys[0]! : null
}

/** Any value the way it reads best: table, text, number, or a tree; the tree is always one click away. */
export function ValueView({ value, onPick, onDragValue, maxHeight = 420 }: ValueViewProps) {
  const key = rowsKey(value)
  const rows = isRows(value)
    ? value
    : key === null
      ? null
      : ((value as Record<string, unknown>)[key] as Record<string, unknown>[])
  const [tree, setTree] = useState(false)
  const text = typeof value === 'string'
  const copy = () =>
    void navigator.clipboard.writeText(text ? value : JSON.stringify(value, null, 2)).then(
      () => toast('Copied'),
      () => toast.error('The browser refused to copy'),
    )
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center gap-2 text-xs text-text-quiet tabular">
        <span className="min-w-0 flex-1 truncate">{describeValue(value)}</span>
        {rows ? (
          <div className="flex rounded-sm border p-px" role="group" aria-label="Show as">
            {(['Table', 'Tree'] as const).map((title) => (
              <button
                key={title}
                type="button"
                aria-pressed={tree === (title === 'Tree')}
                onClick={() => setTree(title === 'Tree')}
                className="rounded-[4px] px-1.5 aria-pressed:bg-surface-strong aria-pressed:text-text"
              >
                {title}
              </button>
            ))}
          </div>
        ) : null}
        <IconButton label="Copy" size="sm" onClick={copy}>
          <Copy />
        </IconButton>
      </div>
      {rows && !tree ? (
        <RowsTable
          rows={rows}
          maxHeight={maxHeight}
          onDragCell={
            onDragValue && ((data, index, column) => onDragValue(data, [...(key === null ? [] : [key]), index, column]))
          }
          onDragColumn={onDragValue && ((data, column) => onDragValue(data, key === null ? [] : [key], column))}
        />
      ) : text ? (
        <pre
          className="overflow-auto whitespace-pre-wrap break-words rounded-sm border bg-surface-quiet px-3 py-2 font-sans text-sm"
          style={{ maxHeight }}
          tabIndex={0}
        >
          {value === '' ? <span className="text-text-faint">Empty text</span> : value}
        </pre>
      ) : typeof value === 'number' ? (
        <p className="rounded-sm border bg-surface-quiet px-3 py-2 text-xl font-semibold tabular">
          {formatNumber(value)}
        </p>
      ) : (
        <div className="overflow-auto rounded-sm border px-1" style={{ maxHeight }}>
          <JsonTree value={value} onPick={onPick} onDragValue={onDragValue} />
        </div>
      )}
    </div>
  )
}

/**
 * Type and size in a few words: `24 rows × 5 columns`, `312 characters`. For a shortened value `lengths` has the true
 * sizes by dotted path.
 */
export function describeValue(value: unknown, lengths: Readonly<Record<string, number>> = {}, path = ''): string {
  if (value === null || value === undefined) return 'Nothing'
  if (typeof value === 'number') return 'Number'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return `Text, ${counted(lengths[path] ?? value.length, 'character')}`
  if (isRows(value)) {
    return `${counted(lengths[path] ?? value.length, 'row')} × ${counted(Object.keys(value[0] ?? {}).length, 'column')}`
  }
  if (Array.isArray(value)) return `List of ${formatNumber(lengths[path] ?? value.length)}`
  const key = rowsKey(value)
  if (key !== null) {
    const inner = path === '' ? key : `${path}.${key}`
    return `${key}: ${describeValue((value as Record<string, unknown>)[key], lengths, inner)}`
  }
  return `Object with ${counted(lengths[path] ?? Object.keys(value).length, 'field')}`
}

const counted = (count: number, noun: string): string => `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`
