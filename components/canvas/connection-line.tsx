'use client'
import { type ConnectionLineComponentProps, getSmoothStepPath } from '@xyflow/react'
import { useEditorApi } from '#components/editor/editor.ts'
import { connectionOf } from './connection-of.ts'

/** The edge while it is drawn; over a step that cannot take it, the reason stands at the cursor. */
export function ConnectionLine({
  fromX,
  fromY,
  toX,
  toY,
  fromPosition,
  toPosition,
  fromHandle,
  fromNode,
  toNode,
}: ConnectionLineComponentProps) {
  const { actions } = useEditorApi()
  const [path] = getSmoothStepPath({
    sourceX: fromX,
    sourceY: fromY,
    sourcePosition: fromPosition,
    targetX: toX,
    targetY: toY,
    targetPosition: toPosition,
    borderRadius: 12,
    offset: 16,
  })
  const reason =
    toNode && toNode.id !== fromNode.id ? actions.connectionProblem(connectionOf(fromHandle, toNode.id)) : null
  return (
    <g>
      <path d={path} fill="none" className="connection-line" data-refused={reason ? true : undefined} />
      <circle cx={toX} cy={toY} r={4} className="connection-end" data-refused={reason ? true : undefined} />
      {reason ? (
        <foreignObject
          x={toX + 12}
          y={toY + 12}
          width={260}
          height={120}
          className="pointer-events-none overflow-visible"
        >
          <p
            role="alert"
            className="inline-block rounded-sm border border-failed bg-surface px-2 py-1 text-xs text-failed shadow-float"
          >
            {reason}
          </p>
        </foreignObject>
      ) : null}
    </g>
  )
}
