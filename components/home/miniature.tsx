import type { ApiOutputs } from '#components/api/api.tsx'
import type { CSSProperties } from 'react'

type Picture = ApiOutputs['pipelines']['list']['items'][number]['miniature']

const padding = 48

/** A true small picture of a graph: the boxes and edges where the canvas has them. */
export function Miniature({ picture, className }: { picture: Picture; className?: string }) {
  if (picture.nodes.length === 0) {
    return (
      <svg viewBox="0 0 320 120" className={className} aria-hidden>
        <rect
          x="120"
          y="42"
          width="80"
          height="36"
          rx="6"
          fill="none"
          stroke="var(--line-strong)"
          strokeDasharray="4 4"
        />
      </svg>
    )
  }
  const left = Math.min(...picture.nodes.map((node) => node.x)) - padding
  const top = Math.min(...picture.nodes.map((node) => node.y)) - padding
  const width = Math.max(...picture.nodes.map((node) => node.x + node.w)) + padding - left
  const height = Math.max(...picture.nodes.map((node) => node.y + node.h)) + padding - top
  // A single step would fill the card and look like a button; nothing is drawn larger than a third of its size.
  const viewWidth = Math.max(width, 960)
  const viewHeight = Math.max(height, 360)
  const box = `${left - (viewWidth - width) / 2} ${top - (viewHeight - height) / 2} ${viewWidth} ${viewHeight}`
  // Lines keep about the same thickness on the card, however large the graph is.
  const line = Math.max(viewWidth / 300, viewHeight / 120) * 1.2
  return (
    <svg viewBox={box} className={className} preserveAspectRatio="xMidYMid meet" aria-hidden>
      {picture.nodes.map((node, index) =>
        node.container ? (
          <rect
            key={index}
            x={node.x}
            y={node.y}
            width={node.w}
            height={node.h}
            rx="24"
            fill="var(--surface-quiet)"
            stroke="var(--line)"
            strokeWidth={line}
          />
        ) : null,
      )}
      {picture.edges.map(([from, to], index) => {
        const source = picture.nodes[from]
        const target = picture.nodes[to]
        if (!source || !target) return null
        const x1 = source.x + source.w
        const y1 = source.y + source.h / 2
        const y2 = target.y + target.h / 2
        const middle = (x1 + target.x) / 2
        return (
          <path
            key={`${from}-${to}-${index}`}
            d={`M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${target.x} ${y2}`}
            fill="none"
            stroke="var(--line-strong)"
            strokeOpacity="0.7"
            strokeWidth={line}
          />
        )
      })}
      {picture.nodes.map((node, index) =>
        node.container ? null : (
          <g key={index} style={{ '--tint': `var(--category-${node.category ?? 'flow'})` } as CSSProperties}>
            <rect
              x={node.x}
              y={node.y}
              width={node.w}
              height={node.h}
              rx="20"
              fill="var(--surface)"
              stroke="var(--line)"
              strokeWidth={line}
            />
            <rect x={node.x} y={node.y} width={node.w} height={node.h} rx="20" fill="var(--tint)" fillOpacity="0.16" />
            <rect
              x={node.x + node.w * 0.1}
              y={node.y + node.h / 2 - 18}
              width="36"
              height="36"
              rx="10"
              fill="var(--tint)"
            />
            <rect
              x={node.x + node.w * 0.1 + 54}
              y={node.y + node.h / 2 - 8}
              width={node.w * 0.5}
              height="16"
              rx="8"
              fill="var(--line-strong)"
              fillOpacity="0.45"
            />
          </g>
        ),
      )}
    </svg>
  )
}
