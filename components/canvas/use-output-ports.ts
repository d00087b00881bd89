import { useUpdateNodeInternals } from '@xyflow/react'
import { useEditor } from '#components/editor/editor.ts'
import type { Step } from '#pipeline/document.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import { errorPort, outputPortsOf } from '#pipeline/ports.ts'
import { useEffect, useRef } from 'react'

export interface ListedPort {
  name: string
  title: string
  /** `missing`: an edge leaves by it, but the step no longer has it. */
  kind: 'normal' | 'error' | 'missing'
}

/** The ports of a card: the main one beside its header when there is only one, the others listed with their names. */
export function useOutputPorts(
  key: string,
  step: Step,
  manifest: StepManifest | undefined,
): { main: string | null; listed: ListedPort[] } {
  const ports = outputPortsOf(manifest, step)
  const usedText = useEditor((state) => state.usedPorts[key] ?? '')
  const missing = usedText.split('\n').filter((name) => name !== '' && !ports.some((port) => port.name === name))
  const normal = ports.filter((port) => port.name !== errorPort.name)
  // The usual port is always at the header, whatever else there is.
  const usual = normal.some((port) => port.name === 'out') ? 'out' : null
  const main = normal.length === 1 ? normal[0]!.name : usual
  return {
    main,
    listed: [
      ...ports
        .filter((port) => port.name !== main)
        .map((port) => ({
          name: port.name,
          title: port.title ?? sentenceCase(port.name),
          kind: port.name === errorPort.name ? ('error' as const) : ('normal' as const),
        })),
      ...missing.map((name) => ({ name, title: `${name} (gone)`, kind: 'missing' as const })),
    ],
  }
}

/** Has the card's handles measured again when its ports have changed; the first time React Flow does it by itself. */
export function usePortsMeasured(key: string, ports: string): void {
  const updateInternals = useUpdateNodeInternals()
  const measured = useRef(ports)
  useEffect(() => {
    if (measured.current === ports) return
    measured.current = ports
    updateInternals(key)
  }, [updateInternals, key, ports])
}

const sentenceCase = (name: string): string => {
  const words = name.replaceAll('_', ' ')
  return words === '' ? name : words[0]!.toUpperCase() + words.slice(1)
}
