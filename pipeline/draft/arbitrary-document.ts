import fc from 'fast-check'
import type { JsonValue, PipelineDocument, Step } from '../document.ts'

const key = fc
  .oneof(fc.constantFrom('$parent', '$$x', 'foreign', 'with:a', 'constructor'), fc.string({ maxLength: 6 }))
  .filter(
    // A plain object literal cannot hold it as a value.
    (name) => name !== '__proto__',
  )
const json = fc
  .jsonValue({ maxDepth: 2 })
  // Neither survives JSON text, so neither can be in a document.
  .filter((value) => !/__proto__/.test(JSON.stringify(value)))
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue)
const record = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Record<string, Value>> =>
  fc.array(fc.tuple(key, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries))

const id = fc.constantFrom('a', 'b', 'c', 'd', 'load', 'each')
const need = fc.oneof(
  id,
  fc.tuple(id, fc.constantFrom('true', 'false', 'error', '')).map(([step, port]) => `${step}.${port}`),
  fc.constantFrom('nobody', '', '.', 'a|b'),
)
const without = (value: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))

const { step } = fc.letrec<{ step: Step; steps: Step[] }>((tie) => ({
  step: fc
    .tuple(
      record(json),
      fc.record(
        {
          id,
          type: fc.constantFrom('data.csv', 'flow.map', 'flow.try', 'flow.catch', 'flow.pipeline', 'x'),
          name: fc.string(),
          needs: fc.array(need, { maxLength: 3 }),
          with: record(json),
          retry: fc.constant({ attempts: 2, backoff: 'fixed' as const, delay: '1s' }),
          timeout: fc.constant('5s'),
          disabled: fc.boolean(),
          steps: tie('steps'),
        },
        { requiredKeys: ['id', 'type'], noNullPrototype: true },
      ),
    )
    .map(([unknown, known]) => ({
      ...without(unknown, ['id', 'type', 'name', 'needs', 'with', 'retry', 'timeout', 'disabled', 'steps']),
      ...known,
    })),
  steps: fc.array(tie('step'), { maxLength: 4 }),
}))

const place = fc.record(
  { x: fc.integer(), y: fc.integer(), width: fc.nat() },
  { requiredKeys: ['x', 'y'], noNullPrototype: true },
)

/** Any document the schema allows, ids that occur twice, edges to nobody and foreign keys included. For tests. */
export const arbitraryDocument: fc.Arbitrary<PipelineDocument> = fc
  .tuple(
    record(json),
    fc.record(
      {
        orchestrator: fc.constant(1 as const),
        name: fc.string({ minLength: 1 }),
        description: fc.string(),
        inputs: record(fc.constantFrom({ type: 'text' as const }, { type: 'number' as const, default: 3 })),
        steps: fc.array(step, { maxLength: 6 }),
        outputs: record(json),
        layout: fc.record(
          {
            steps: fc.dictionary(fc.constantFrom('a', 'b', 'each', 'each.a', 'gone'), place),
            notes: fc.dictionary(
              fc.constantFrom('n1', 'n2'),
              fc.record({ x: fc.nat(), y: fc.nat(), width: fc.nat(), height: fc.nat(), text: fc.string() }),
            ),
            zoom: fc.nat(),
          },
          { requiredKeys: [], noNullPrototype: true },
        ),
      },
      { requiredKeys: ['orchestrator', 'name', 'steps'], noNullPrototype: true },
    ),
  )
  .map(([unknown, known]) => ({
    ...without(unknown, ['orchestrator', 'name', 'description', 'inputs', 'steps', 'outputs', 'layout']),
    ...known,
  }))
