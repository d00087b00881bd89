import fc from 'fast-check'
import type { Comments, JsonValue, PipelineDocument, Step } from '../document.ts'
import { escapePart, isStepList, type NodePath, stepKeys } from '../node-path.ts'

const misleadingTexts = [
  ['', ' ', '~', 'null', 'true', 'No', 'on', '0', '1e3', '0x1f', '.nan', '-.inf', '-', '- a', 'a: b', 'a #b', '#'],
  ['"', "'", '\\', '{}', '[a]', '{{ load.rows }}', '{{ x["a"] }}', '&a', '*a', '!t', '| a', '> b', '%x', '---'],
  ['2026-11-23', '12:30', '20s', '@x', '`x`', '?', '? a', ':', 'a:', '...', '=', '<<', '\ufeffx', '\u2028', "it's"],
].flat()

/** Texts that look like other things: numbers, YAML signs, expressions, several lines, strange characters. */
export const arbitraryText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(...misleadingTexts),
  fc
    .array(fc.constantFrom('', ' ', '  x', 'line', 'tab\there', '# no comment', '- item', 'key: value', 'end '), {
      minLength: 2,
      maxLength: 5,
    })
    .map((lines) => lines.join('\n')),
)

const key = arbitraryText.filter((name) => name !== '__proto__')
const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    arbitraryText,
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(key, tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))
/** Any JSON value, heavy on texts that are hard to write in YAML. */
export const arbitraryJson: fc.Arbitrary<JsonValue> = json

const record = <Value>(value: fc.Arbitrary<Value>) =>
  fc.dictionary(key, value, { maxKeys: 2, noNullPrototype: true }) as fc.Arbitrary<Record<string, Value>>
const id = fc.constantFrom('a', 'b', 'c', 'load', 'each', 'x1')
const type = fc.constantFrom(
  ...['data.csv', 'flow.map', 'flow.branch', 'flow.merge', 'text.template', 'nothing.known', 'test.rows'],
  ...['flow.loop', 'flow.try', 'flow.catch', 'flow.finally', 'flow.pipeline', 'flow.break', 'flow.stop'],
)
const need = fc
  .tuple(id, fc.constantFrom('', '.true', '.false', '.error', '.stream', '.caught', '.'))
  .map(([step, port]) => step + port)
const duration = fc.constantFrom('500ms', '20s', '1.5m', '3d')

const { step } = fc.letrec<{ step: Step; steps: Step[] }>((tie) => ({
  step: fc
    .tuple(
      record(json),
      fc.record(
        {
          id,
          type,
          name: arbitraryText,
          needs: fc.array(need, { maxLength: 3 }),
          with: record(json),
          retry: fc.record(
            { attempts: fc.integer({ min: 1, max: 9 }), delay: duration, backoff: fc.constant('fixed' as const) },
            { requiredKeys: ['attempts'], noNullPrototype: true },
          ),
          timeout: duration,
          on_error: fc.constantFrom('fail' as const, 'continue' as const, 'port' as const),
          error_value: json,
          fallback: fc.record({ type, with: record(json) }, { requiredKeys: ['type'], noNullPrototype: true }),
          cache: fc.constantFrom('off' as const, 'forever' as const, '20s'),
          cache_key: arbitraryText,
          priority: fc.integer({ min: -9, max: 9 }),
          runs_on: fc.array(fc.constantFrom('gpu', 'eu'), { maxLength: 2 }),
          note: arbitraryText,
          disabled: fc.boolean(),
          steps: tie('steps'),
        },
        { requiredKeys: ['id', 'type'], noNullPrototype: true },
      ),
    )
    .map(([unknown, known]) => ({ ...foreign(unknown, stepKeyNames), ...known })),
  steps: fc.array(tie('step'), { maxLength: 1, depthIdentifier: 'steps' }),
}))
const stepKeyNames =
  'id type name needs with retry timeout on_error error_value fallback cache cache_key limit priority runs_on note disabled steps'.split(
    ' ',
  )
const documentKeyNames =
  'orchestrator name description inputs limits concurrency priority steps outputs layout comments'.split(' ')

function foreign(map: Record<string, JsonValue>, known: readonly string[]): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !known.includes(name)))
}

const place = fc.record(
  { x: fc.integer(), y: fc.integer(), width: fc.nat(), height: fc.nat() },
  { requiredKeys: ['x', 'y'], noNullPrototype: true },
)
const note = fc.record(
  { x: fc.nat(), y: fc.nat(), width: fc.nat(), height: fc.nat(), text: arbitraryText },
  { noNullPrototype: true },
)
const input = fc.record(
  {
    type: fc.constantFrom('text' as const, 'number' as const, 'json' as const),
    description: arbitraryText,
    default: json,
  },
  { requiredKeys: [], noNullPrototype: true },
)

const withoutComments: fc.Arbitrary<PipelineDocument> = fc
  .tuple(
    record(json),
    fc.record(
      {
        orchestrator: fc.constant(1 as const),
        name: arbitraryText.filter((text) => text !== ''),
        description: arbitraryText,
        inputs: record(input),
        steps: fc.array(step, { maxLength: 3 }),
        outputs: record(json),
        layout: fc.record({ steps: record(place), notes: record(note) }, { requiredKeys: [], noNullPrototype: true }),
      },
      { requiredKeys: ['orchestrator', 'name', 'steps'], noNullPrototype: true },
    ),
  )
  .map(([unknown, known]) => ({ ...foreign(unknown, documentKeyNames), ...known }))

/** Any document the schema allows, with comments in all places that can have one; what it says may be nonsense. */
export const arbitraryDocument: fc.Arbitrary<PipelineDocument> = withoutComments.chain((document) =>
  fc.array(fc.tuple(fc.constantFrom(...commentPlaces(document)), commentLine), { maxLength: 5 }).map((chosen) => {
    const comments: Comments = {}
    for (const [[pointer, slot], text] of chosen) comments[pointer] = { ...comments[pointer], [slot]: text }
    return chosen.length === 0 ? document : { ...document, comments }
  }),
)

const commentLine = fc.constantFrom('why', '', '# twice', '!', 'a: b', "it's {{ x }}", '  indented', '- item')

type Slot = 'before' | 'after' | 'end'

/** Every place of a document where its text can have a comment that is read back as the same one. */
function commentPlaces(document: PipelineDocument): [string, Slot][] {
  const places: [string, Slot][] = [
    ['', 'before'],
    ['', 'end'],
  ]
  const visit = (value: unknown, path: NodePath, pointer: string, firstOfItem: boolean, item: boolean) => {
    const map = typeof value === 'object' && value !== null && !Array.isArray(value)
    const size = typeof value === 'object' && value !== null ? Object.keys(value).length : 0
    // The first key of a map in a list stands on the line of the dash; what is above it belongs to the entry.
    if (path.length > 0 && !firstOfItem && pointer !== '/orchestrator') places.push([pointer, 'before'])
    if (path.length > 0 && !(item && map && size > 0)) places.push([pointer, 'after'])
    if (path.length > 0 && size > 0) places.push([pointer, 'end'])
    if (Array.isArray(value)) {
      const keys = isStepList(path) ? stepKeys(value) : null
      for (const [index, child] of value.entries())
        visit(child, [...path, index], `${pointer}/${keys?.[index] ?? index}`, false, true)
    } else if (map)
      for (const [index, [name, child]] of Object.entries(value as object).entries()) {
        const isStep = path.length > 0 && isStepList(path.slice(0, -1))
        const first = item && (isStep ? name === 'id' : index === 0)
        visit(child, [...path, name], `${pointer}/${escapePart(name)}`, first, false)
      }
  }
  visit(document, [], '', false, false)
  return places
}
