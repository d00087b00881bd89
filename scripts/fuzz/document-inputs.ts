import fc from 'fast-check'
import { parse } from 'yaml'
import { arbitraryDocument } from '#pipeline/testing/arbitrary-document.ts'
import { printPipeline } from '#pipeline/yaml.ts'
import { pick } from '../seed/random.ts'
import { expressionInput } from './expression-inputs.ts'
import { below, mutateText, noise, tokenSoup } from './mutate-text.ts'
import { realPipelines } from './real-texts.ts'

type Random = () => number

const tokens = [
  ...': - ? | > & * ! % @ ` # [ ] { } , \' " \\ ~ --- ... << = |- >+ &a *a !!str !!binary'.split(' '),
  ...[
    '\n',
    '\n  ',
    '\n    - ',
    '\t',
    '\r\n',
    '\u0000',
    '\ud800',
    '\ufeff',
    '\u2028',
    ': ',
    '- ',
    '# x',
    '\n---\n',
    'null',
  ],
  ...[
    'id: a',
    'needs: [a]',
    'type: flow.map',
    'steps:',
    'with:',
    'on_error: port',
    'timeout: 1s',
    'default: 1',
    '.nan',
  ],
  ...[
    '0x1f',
    '1e999',
    '9007199254740993',
    '__proto__:',
    'constructor:',
    '{{ a }}',
    '"{{ a',
    '{% for',
    'a.true',
    'layout:',
  ],
]
const strangeValues: readonly unknown[] = [
  null,
  true,
  -1,
  1e300,
  '',
  'a',
  'a.true',
  '{{ each.items }}',
  [],
  {},
  [null],
  { id: 'a' },
  'x'.repeat(10_000),
  { ['__proto__']: 1 },
]

/** One text for the reader of pipelines, the same for the same stream of numbers: printed documents, mutated real ones, noise. */
export function documentInput(random: Random): string {
  const kind = random()
  if (kind < 0.4) return printPipeline(sampleDocument(random))
  if (kind < 0.5)
    return mutateText(random, printPipeline(sampleDocument(random)), { others: realPipelines, tokens, most: 5 })
  if (kind < 0.7) return mutateText(random, pick(random, realPipelines), { others: realPipelines, tokens, most: 8 })
  if (kind < 0.9) return JSON.stringify(mutateValue(random, parse(pick(random, realPipelines)), 1 + below(random, 6)))
  if (kind < 0.95) return tokenSoup(random, tokens, 80)
  if (kind < 0.98) return repeated(random)
  return noise(random, 300)
}

const sampleDocument = (random: Random) =>
  fc.sample(arbitraryDocument, { seed: below(random, 2 ** 31), numRuns: 1 })[0]!

/** Things that grow: depth, length, aliases of aliases. */
function repeated(random: Random): string {
  const times = pick(random, [10, 200, 5_000])
  return pick(random, [
    '['.repeat(times),
    `a: ${'{a: '.repeat(times)}`,
    '- '.repeat(times),
    '? '.repeat(times),
    '&a '.repeat(times),
    Array.from({ length: Math.min(times, 60) }, (_, n) => `a${n}: &a${n} [*a${n - 1}, *a${n - 1}]`).join('\n'),
    `orchestrator: 1\nname: x\nsteps:\n${'  - {id: a, type: data.json, needs: [a]}\n'.repeat(Math.min(times, 500))}`,
    `orchestrator: 1\nname: x\nsteps: ${'[{id: a, type: flow.map, with: {items: []}, steps: '.repeat(times)}[]${'}]'.repeat(times)}`,
    `orchestrator: 1\nname: "${'\\u0041'.repeat(times)}"\nsteps: []\n`,
    `orchestrator: 1\nname: x\nsteps: []\noutputs: {a: "${'{{ '.repeat(times)}"}`,
  ])
}

/** Changes values anywhere in the tree: removed, swapped, replaced by others of the same tree, strange ones or expressions. */
function mutateValue(random: Random, value: unknown, times: number): unknown {
  const holders: Record<string, unknown>[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    holders.push(node as Record<string, unknown>)
    Object.values(node).forEach(visit)
  }
  visit(value)
  for (let left = times; left > 0; left -= 1) {
    const holder = pick(random, holders)
    const keys = Object.keys(holder)
    if (keys.length === 0) continue
    const key = pick(random, keys)
    const choice = below(random, 6)
    if (choice === 0) {
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else delete holder[key]
    } else if (choice === 1) holder[key] = structuredClone(pick(random, holders))
    else if (choice === 2) holder[key] = expressionInput(random)
    else if (choice === 3)
      holder[Array.isArray(holder) ? key : pick(random, ['needs', 'id', 'steps', 'with', 'x'])] = holder[key]
    else if (choice === 4 && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]))
    else holder[key] = pick(random, strangeValues)
  }
  return value
}
