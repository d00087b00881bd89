'use client'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { classNames } from './class-names.ts'

export interface JsonTreeProps {
  value: unknown
  /** Called with the keys from the root when a person picks a value (to make an expression of it, say). */
  onPick?(path: (string | number)[]): void
  /** Levels that are open at first. */
  open?: number
}

/** How many children a node shows before "show more": a list of 100,000 rows must open at once. */
const pageSize = 100

/** Any JSON value as an expandable tree. */
export function JsonTree({ value, onPick, open = 1 }: JsonTreeProps) {
  return (
    <div role="tree" className="overflow-x-auto py-1 font-mono text-xs leading-5">
      <Node name={null} value={value} path={[]} depth={0} open={open} onPick={onPick} />
    </div>
  )
}

interface NodeProps {
  name: string | number | null
  value: unknown
  path: (string | number)[]
  depth: number
  open: number
  onPick?: JsonTreeProps['onPick']
}

function Node({ name, value, path, depth, open, onPick }: NodeProps) {
  const [expanded, setExpanded] = useState(depth < open)
  const [shown, setShown] = useState(pageSize)
  const branch = typeof value === 'object' && value !== null
  const entries: [string | number, unknown][] = !branch
    ? []
    : Array.isArray(value)
      ? value.map((item, index) => [index, item] as [number, unknown])
      : Object.entries(value)
  const label =
    name === null ? null : <span className={typeof name === 'number' ? 'text-text-faint' : 'text-text'}>{name}: </span>
  const indent = { paddingLeft: depth * 14 + 4 }
  const rowClass = 'flex w-full min-w-max items-baseline gap-1 rounded-[4px] pr-2 text-left hover:bg-surface-quiet'

  if (!branch) {
    return (
      <div role="treeitem" aria-selected={false} style={indent} className={rowClass}>
        <span className="w-3.5 shrink-0" />
        {onPick ? (
          <button type="button" className="text-left" title="Use this value" onClick={() => onPick(path)}>
            {label}
            <Leaf value={value} />
          </button>
        ) : (
          <span>
            {label}
            <Leaf value={value} />
          </span>
        )}
      </div>
    )
  }
  return (
    <div role="treeitem" aria-expanded={expanded} aria-selected={false}>
      <button type="button" style={indent} className={rowClass} onClick={() => setExpanded(!expanded)}>
        <ChevronRight
          className={classNames(
            'size-3.5 shrink-0 self-center text-text-faint transition-transform',
            expanded && 'rotate-90',
          )}
          aria-hidden
        />
        <span>
          {label}
          <span className="text-text-faint">
            {Array.isArray(value)
              ? `${entries.length} ${entries.length === 1 ? 'item' : 'items'}`
              : `{ ${Object.keys(value).slice(0, 4).join(', ')}${entries.length > 4 ? ', …' : ''} }`}
          </span>
        </span>
      </button>
      {expanded ? (
        <div role="group">
          {entries.slice(0, shown).map(([key, child]) => (
            <Node
              key={key}
              name={key}
              value={child}
              path={[...path, key]}
              depth={depth + 1}
              open={open}
              onPick={onPick}
            />
          ))}
          {entries.length > shown ? (
            <button
              type="button"
              style={{ paddingLeft: (depth + 1) * 14 + 18 }}
              className="text-accent-text hover:underline"
              onClick={() => setShown(shown + pageSize * 5)}
            >
              Show more ({entries.length - shown} left)
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  )
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === 'string') {
    const short = value.length > 400 ? `${value.slice(0, 400)}…` : value
    return <span className="whitespace-pre-wrap break-words text-category-web">"{short}"</span>
  }
  if (typeof value === 'number') return <span className="text-category-data tabular">{value}</span>
  if (typeof value === 'boolean') return <span className="text-category-ai">{String(value)}</span>
  return <span className="text-text-faint">{value === undefined ? 'undefined' : 'null'}</span>
}
