import type { Connection } from '#components/editor/editor.ts'

/** The edge meant by dragging from a port to a step: edges can be drawn from either end. */
export function connectionOf(
  handle: { nodeId: string; id?: string | null; type: 'source' | 'target' },
  other: string,
  otherPort = 'out',
): Connection {
  return handle.type === 'source'
    ? { from: handle.nodeId, port: handle.id ?? 'out', to: other }
    : { from: other, port: otherPort, to: handle.nodeId }
}
