import type { ContainerKind, StepManifest } from '#pipeline/manifest.ts'

function manifest(type: string, more: Partial<StepManifest> = {}): StepManifest {
  return {
    type,
    version: 1,
    title: type,
    summary: type,
    icon: 'box',
    category: 'flow',
    docs: '',
    keywords: [],
    config: {},
    lazy: [],
    output: null,
    inputPorts: [{ name: 'in' }],
    outputPorts: [{ name: 'out' }],
    dynamicPorts: null,
    join: 'all',
    container: null,
    inside: null,
    labels: [],
    effects: 'pure',
    cacheable: false,
    examples: [],
    ...more,
  }
}

const container = (type: string, kind: ContainerKind, more: Partial<StepManifest> = {}): StepManifest =>
  manifest(type, { container: { kind, variables: {} }, ...more })

/** Step types of the core's tests: the core needs nothing of a step but this. */
export const testManifests: ReadonlyMap<string, StepManifest> = new Map(
  [
    manifest('plain'),
    manifest('branch', { outputPorts: [{ name: 'true' }, { name: 'false' }] }),
    manifest('merge', { join: 'merge' }),
    manifest('source', { outputPorts: [{ name: 'out' }, { name: 'stream' }] }),
    manifest('break'),
    manifest('stop'),
    container('map', 'map'),
    container('loop', 'loop'),
    container('try', 'body', { outputPorts: [{ name: 'out' }, { name: 'succeeded' }, { name: 'caught' }] }),
    container('catch', 'catch'),
    container('finally', 'finally'),
    container('call', 'call'),
  ].map((each) => [each.type, each]),
)
