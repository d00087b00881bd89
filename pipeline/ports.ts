import type { Step } from './document.ts'
import type { PortManifest, StepManifest } from './manifest.ts'

/** The port a step fails through under `on_error: port`. */
export const errorPort: PortManifest = { name: 'error', title: 'Error' }

/** Ports a step offers: those of its type, those its settings name (flow.switch), and `error` under `on_error: port`. */
export function outputPortsOf(
  manifest: StepManifest | undefined,
  step: Pick<Step, 'with' | 'on_error'>,
): PortManifest[] {
  const ports = new Map<string, PortManifest>()
  for (const port of [...dynamicPortsOf(manifest, step), ...(manifest?.outputPorts ?? [{ name: 'out' }])])
    if (!ports.has(port.name)) ports.set(port.name, port)
  if (step.on_error === 'port') ports.set(errorPort.name, ports.get(errorPort.name) ?? errorPort)
  return [...ports.values()]
}

/** Ports edges may enter by; one `in` for a step type that is not known. */
export function inputPortsOf(manifest: StepManifest | undefined): PortManifest[] {
  return manifest?.inputPorts ?? [{ name: 'in' }]
}

function dynamicPortsOf(manifest: StepManifest | undefined, step: Pick<Step, 'with'>): PortManifest[] {
  if (!manifest?.dynamicPorts) return []
  const entries = step.with?.[manifest.dynamicPorts.field]
  if (!Array.isArray(entries)) return []
  const { key } = manifest.dynamicPorts
  return entries.flatMap((entry) => {
    const name = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry[key] : undefined
    return typeof name === 'string' && name !== '' ? [{ name }] : []
  })
}
