import type { StepManifest } from '#pipeline/manifest.ts'

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
    effects: 'pure',
    cacheable: false,
    examples: [],
    ...more,
  }
}

/** Step types of the core's tests: the core needs nothing of a step but this. */
export const testManifests: ReadonlyMap<string, StepManifest> = new Map(
  [
    manifest('plain'),
    manifest('branch', { outputPorts: [{ name: 'true' }, { name: 'false' }] }),
    manifest('merge', { join: 'any' }),
    manifest('map', { container: { variables: { item: {}, index: {} } } }),
  ].map((each) => [each.type, each]),
)
