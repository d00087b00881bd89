'use client'
import { ChevronRight } from 'lucide-react'
import { type DragEvent, useState } from 'react'
import { classNames } from './class-names.ts'
import { formatNumber } from './format.ts'

type Path = (string | number)[]

export interface JsonTreeProps {
  value: unknown
  /** Called with the keys from the root when a person picks a value (to make an expression of it, say). */
  onPick?(path: Path): void
  /** Fills the drag of a value; without it values cannot be dragged. */
  onDragValue?(data: DataTransfer, path: Path): void
  /** Levels that are open at first. */
  open?: number
}

/** How many children a node shows before "show more": a list of 100,000 rows must open at once. */
const pageSize = 100

/** Any JSON value as an expandable tree. */
export function JsonTree({ value, onPick, onDragValue, open = 1 }: JsonTreeProps) {
  return (
    <ul className="overflow-x-auto py-1 font-mono text-xs leading-5">
      <Node name={null} value={value} path={[]} depth={0} open={open} onPick={onPick} onDragValue={onDragValue} />
    </ul>
  )
}

interface NodeProps extends Pick<JsonTreeProps, 'onPick' | 'onDragValue'> {
  name: string | number | null
  value: unknown
  path: Path
  depth: number
  open: number
}

const indentOf = (depth: number) => ({ paddingLeft: depth * 14 + 4 })
const rowClass = 'flex w-full min-w-max items-baseline gap-1 rounded-[4px] pr-2 text-left hover:bg-surface-quiet'

function Node(props: NodeProps) {
  return typeof props.value === 'object' && props.value !== null ? (
    <Branch {...props} value={props.value} />
  ) : (
    <LeafRow {...props} />
  )
}

function Label({ name }: { name: string | number | null }) {
  if (name === null) return null
  return <span className={typeof name === 'number' ? 'text-text-faint' : 'text-text'}>{name}: </span>
}

function dragOf({ path, onDragValue }: Pick<NodeProps, 'path' | 'onDragValue'>) {
  if (!onDragValue) return {}
  return {
    draggable: true,
    onDragStart: (event: DragEvent) => {
      event.stopPropagation()
      onDragValue(event.dataTransfer, path)
    },
  }
}

function LeafRow({ name, value, path, depth, onPick, onDragValue }: NodeProps) {
  const content = (
    <>
      <span className="w-3.5 shrink-0" />
      <span>
        <Label name={name} />
        <Leaf value={value} />
      </span>
    </>
  )
  return (
    <li>
      {onPick ? (
        <button
          type="button"
          style={indentOf(depth)}
          className={rowClass}
          title="Use this value"
          onClick={() => onPick(path)}
          {...dragOf({ path, onDragValue })}
        >
          {content}
        </button>
      ) : (
        <div style={indentOf(depth)} className={rowClass} {...dragOf({ path, onDragValue })}>
          {content}
        </div>
      )}
    </li>
  )
}

function Branch({ name, value, path, depth, open, onPick, onDragValue }: NodeProps & { value: object }) {
  const [expanded, setExpanded] = useState(depth < open)
  const [shown, setShown] = useState(pageSize)
  const list = Array.isArray(value)
  const size = list ? value.length : Object.keys(value).length
  return (
    <li>
      <button
        type="button"
        aria-expanded={expanded}
        style={indentOf(depth)}
        className={rowClass}
        onClick={() => setExpanded(!expanded)}
        {...dragOf({ path, onDragValue })}
      >
        <ChevronRight
          className={classNames(
            'size-3.5 shrink-0 self-center text-text-faint transition-transform',
            expanded && 'rotate-90',
          )}
          aria-hidden
        />
        <span>
          <Label name={name} />
          <span className="text-text-faint">{list ? itemsText(size) : fieldsText(Object.keys(value))}</span>
        </span>
      </button>
      {expanded ? (
        <ul>
          {entriesOf(value, shown).map(([key, child]) => (
            <Node
              key={key}
              name={key}
              value={child}
              path={[...path, key]}
              depth={depth + 1}
              open={open}
              onPick={onPick}
              onDragValue={onDragValue}
            />
          ))}
          {size > shown ? (
            <li>
              <button
                type="button"
                style={{ paddingLeft: (depth + 1) * 14 + 18 }}
                className="text-accent-text hover:underline"
                onClick={() => setShown(shown + pageSize * 5)}
              >
                Show more ({formatNumber(size - shown)} left)
              </button>
            </li>
          ) : null}
        </ul>
      ) : null}
    </li>
  )
}

const itemsText = (count: number): string =>
  count === 0 ? 'empty list' : `${formatNumber(count)} ${count === 1 ? 'item' : 'items'}`

const fieldsText = (keys: string[]): string =>
  keys.length === 0 ? '{ }' : `{ ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', …' : ''} }`

/** The first children of a list or object; a long list is not copied whole. */
function entriesOf(value: object, count: number): [string | number, unknown][] {
  if (!Array.isArray(value)) return Object.entries(value).slice(0, count)
  return value.slice(0, count).map((item: unknown, index): [number, unknown] => [index, item])
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
