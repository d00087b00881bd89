import type { PipelineDocument, Step } from '#pipeline/document.ts'
import fc from 'fast-check'
import { compile } from '../compile.ts'
import { testManifests } from './manifests.ts'
import type { StepFate, World } from './simulation.ts'

const outPorts: Record<string, string[]> = { branch: ['true', 'false'] }

/** A graph whose steps need only earlier ones, with containers down to the given depth. */
function arbitrarySteps(depth: number, prefix: string): fc.Arbitrary<Step[]> {
  const types = depth > 0 ? ['plain', 'plain', 'branch', 'merge', 'map'] : ['plain', 'plain', 'branch', 'merge']
  const shape = fc.record({
    type: fc.constantFrom(...types),
    // Few failures stop a graph, or there would be little to compare.
    onError: fc.constantFrom('fail', 'continue', 'port', 'port', undefined) as fc.Arbitrary<Step['on_error']>,
    attempts: fc.integer({ min: 1, max: 3 }),
    disabled: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    needs: fc.uniqueArray(fc.nat(1_000), { maxLength: 3 }),
    body: depth > 0 ? arbitrarySteps(depth - 1, `${prefix}n`) : fc.constant<Step[]>([]),
  })
  return fc.array(shape, { minLength: depth === 2 ? 1 : 0, maxLength: depth === 2 ? 7 : 4 }).map((shapes) => {
    const steps: Step[] = []
    for (const { type, onError, attempts, disabled, needs, body } of shapes) {
      const edges = steps.length === 0 ? [] : needs.map((seed) => edgeFrom(steps[seed % steps.length]!, seed))
      const step: Step = {
        id: `${prefix}${steps.length}`,
        type,
        needs: [...new Set(edges)],
        retry: { attempts, backoff: 'fixed', delay: '0ms' },
        ...(onError && { on_error: onError }),
        ...(disabled && { disabled }),
        ...(type === 'map' && { steps: body }),
      }
      steps.push(step)
    }
    return steps
  })
}

function edgeFrom(source: Step, seed: number): string {
  const ports = [...(outPorts[source.type] ?? ['out']), ...(source.on_error === 'port' ? ['error'] : [])]
  const port = ports[Math.floor(seed / 7) % ports.length]!
  return port === 'out' ? source.id : `${source.id}.${port}`
}

const arbitraryFate: fc.Arbitrary<StepFate> = fc.record({
  failures: fc.constantFrom(0, 0, 0, 0, 1, 2, 5),
  ports: fc.constantFrom(['true'], ['false']),
  items: fc.integer({ min: 0, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
})

function hashOf(text: string): number {
  let hash = 7
  for (let index = 0; index < text.length; index += 1) hash = (hash * 31 + text.charCodeAt(index)) % 1_000_003
  return hash
}

/** A pipeline and a world to run it in. Every `world()` has the same fates and its own order of things. */
export const arbitraryRun = fc
  .record({
    steps: arbitrarySteps(2, 's'),
    fates: fc.array(arbitraryFate, { minLength: 5, maxLength: 40 }),
    picks: fc.array(fc.nat(1_000), { minLength: 5, maxLength: 50 }),
  })
  .map(({ steps, fates, picks }) => {
    const document: PipelineDocument = { orchestrator: 1, name: 'random', steps }
    const world = (shift = 0): World => {
      let picked = shift
      return {
        fateOf: (path) => fates[hashOf(path) % fates.length]!,
        pick: (count) => picks[picked++ % picks.length]! % count,
      }
    }
    return { document, plan: compile(document, testManifests), world }
  })
