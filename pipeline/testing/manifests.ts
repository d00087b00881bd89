import type { JsonSchema, StepManifest } from '../manifest.ts'

const anyJson: JsonSchema = {}

/** A manifest of a step type made up for tests; what is not given is as plain as can be. */
export function testManifest(parts: Partial<StepManifest> & Pick<StepManifest, 'type'>): StepManifest {
  return {
    version: 1,
    title: parts.type,
    summary: parts.type,
    icon: 'box',
    category: 'data',
    docs: '',
    keywords: [],
    config: { type: 'object', properties: {}, additionalProperties: false },
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
    cacheable: true,
    examples: [],
    ...parts,
  }
}

const settings = (properties: Record<string, JsonSchema>, required: string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const list = [
  testManifest({
    type: 'data.csv',
    title: 'CSV',
    summary: 'Rows of {{ file }}',
    config: settings({
      file: { type: 'string' },
      text: { type: 'string' },
      delimiter: { type: 'string', maxLength: 1 },
    }),
    output: {
      type: 'object',
      properties: { rows: { type: 'array', items: { type: 'object', additionalProperties: anyJson } } },
      required: ['rows'],
      additionalProperties: false,
    },
  }),
  testManifest({
    type: 'data.transform',
    config: settings({ input: anyJson, code: { type: 'string', control: 'code' } }, ['code']),
    lazy: ['code'],
  }),
  testManifest({
    type: 'data.filter',
    config: settings({ items: { type: 'array', items: anyJson }, where: { control: 'condition' } }, ['items', 'where']),
    lazy: ['where'],
    output: { type: 'array', items: anyJson },
  }),
  testManifest({
    type: 'text.template',
    category: 'text',
    summary: '{{ template | truncate(80) }}',
    config: settings({ template: anyJson }, ['template']),
    output: { type: 'string' },
  }),
  testManifest({
    type: 'http.request',
    category: 'web',
    summary: '{{ method }} {{ url }}',
    effects: 'write',
    config: settings(
      {
        method: { type: 'string', enum: ['GET', 'POST'], default: 'GET' },
        url: { type: 'string', minLength: 1, description: 'The address to ask.' },
        headers: { type: 'object', additionalProperties: { type: 'string' } },
        tries: { type: 'integer', minimum: 1 },
        body: anyJson,
      },
      ['url'],
    ),
  }),
  testManifest({
    type: 'flow.branch',
    category: 'flow',
    summary: 'If {{ condition }}',
    config: settings({ condition: { control: 'condition' } }, ['condition']),
    lazy: ['condition'],
    output: { type: 'boolean' },
    outputPorts: [{ name: 'true' }, { name: 'false' }],
  }),
  testManifest({
    type: 'flow.switch',
    category: 'flow',
    config: settings({
      cases: {
        type: 'array',
        items: settings({ when: { control: 'condition' }, port: { type: 'string' } }, ['when', 'port']),
      },
    }),
    lazy: ['cases'],
    outputPorts: [{ name: 'default' }],
    dynamicPorts: { field: 'cases', key: 'port' },
  }),
  testManifest({
    type: 'flow.merge',
    category: 'flow',
    join: 'merge',
    config: settings({
      mode: { type: 'string', enum: ['any', 'all', 'first', 'race', 'count'], fixed: true },
      count: { type: 'integer', minimum: 1, fixed: true },
    }),
  }),
  testManifest({
    type: 'flow.map',
    category: 'flow',
    config: settings({
      items: { type: 'array', items: anyJson },
      concurrency: { type: 'integer', minimum: 1 },
      result: anyJson,
      stop_when: { control: 'condition', names: ['result'] },
    }),
    lazy: ['result', 'stop_when'],
    container: { kind: 'map', variables: { item: {}, index: { type: 'integer' } } },
    output: { type: 'object', properties: { items: { type: 'array', items: anyJson } }, required: ['items'] },
  }),
  testManifest({
    type: 'flow.loop',
    category: 'flow',
    config: settings({
      state: anyJson,
      while: { control: 'condition', names: ['state', 'index'], outside: true },
      until: { control: 'condition', names: ['output'] },
      next: { ...anyJson, names: ['output'] },
      limit: { type: 'integer', minimum: 1 },
    }),
    lazy: ['while', 'until', 'next'],
    container: { kind: 'loop', variables: { state: {}, index: { type: 'integer' } } },
  }),
  testManifest({
    type: 'flow.try',
    category: 'flow',
    container: { kind: 'body', variables: {} },
    outputPorts: [{ name: 'out' }, { name: 'succeeded' }, { name: 'caught' }],
  }),
  testManifest({
    type: 'flow.catch',
    category: 'flow',
    inside: 'flow.try',
    inputPorts: [],
    outputPorts: [],
    container: { kind: 'catch', variables: { error: {} } },
  }),
  testManifest({
    type: 'flow.finally',
    category: 'flow',
    inside: 'flow.try',
    inputPorts: [],
    outputPorts: [],
    container: { kind: 'finally', variables: { error: {} } },
  }),
  testManifest({
    type: 'flow.pipeline',
    category: 'flow',
    config: settings(
      {
        pipeline: { type: 'string', control: 'pipeline', fixed: true },
        version: { anyOf: [{ type: 'integer' }, { const: 'latest' }], control: 'text', fixed: true },
        inputs: { type: 'object', additionalProperties: anyJson },
      },
      ['pipeline'],
    ),
    lazy: ['pipeline', 'version'],
    container: { kind: 'call', variables: {} },
  }),
  testManifest({
    type: 'flow.break',
    category: 'flow',
    inside: 'repeat',
    config: settings({ value: anyJson }),
    outputPorts: [],
  }),
  testManifest({ type: 'flow.stop', category: 'flow', config: settings({ value: anyJson }), outputPorts: [] }),
  testManifest({ type: 'test.rows', outputPorts: [{ name: 'out' }, { name: 'stream' }] }),
]

/** A small set of step types with the shapes of the real ones, for tests of the pipeline language. */
export const testManifests: ReadonlyMap<string, StepManifest> = new Map(
  list.map((manifest) => [manifest.type, manifest]),
)
