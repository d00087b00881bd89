import { z } from 'zod'
import type { PipelineDocument, Step } from '#pipeline/document.ts'
import type { StepRegistry } from '#server/engine/engine.ts'
import { defineStep } from '#server/steps/define-step.ts'
import { stepRegistry } from '#server/steps/registry.ts'

const shape = { summary: '', icon: 'box', category: 'data' as const, docs: '', examples: [] }
const config = z.strictObject({ value: z.json().optional() })

/** performance.now() of the first execution of a bench step since `first` was set to 0, and of the latest. */
export const executed = { first: 0, latest: 0 }

const steps = (['pure', 'write'] as const).map((effects) => {
  const type = `bench.${effects}`
  const step = defineStep({
    ...shape,
    type,
    title: type,
    config,
    output: z.json(),
    effects,
    execute(context) {
      executed.latest = performance.now()
      executed.first ||= executed.latest
      return context.config.value ?? null
    },
  })
  return [type, step] as const
})

const list = defineStep({
  ...shape,
  type: 'bench.list',
  title: 'bench.list',
  config: z.strictObject({ count: z.number() }),
  output: z.json(),
  effects: 'pure',
  execute: (context) => Array.from({ length: context.config.count }, (_, index) => index),
})

/** The product's step types, two that do nothing (`bench.pure` and `bench.write`), and one that makes a list. */
export const benchSteps: StepRegistry = new Map([...stepRegistry, ...steps, [list.manifest.type, list]])

/** A chain in which every step adds one to what the step before it gave. */
export function chain(type: string, length: number): PipelineDocument {
  const chained = Array.from({ length }, (_, index): Step => {
    const before = `s${index - 1}`
    if (index === 0) return { id: 's0', type, with: { value: 0 } }
    return { id: `s${index}`, type, needs: [before], with: { value: `{{ ${before} + 1 }}` } }
  })
  return { orchestrator: 1, name: 'chain', steps: chained }
}

/** One step, then `width` beside each other, then one. */
export function fanOut(width: number): PipelineDocument {
  const ids = Array.from({ length: width }, (_, index) => `f${index}`)
  return {
    orchestrator: 1,
    name: 'fan-out',
    steps: [
      { id: 'root', type: 'bench.write', with: { value: 1 } },
      ...ids.map((id) => ({ id, type: 'bench.write', needs: ['root'], with: { value: '{{ root }}' } })),
      { id: 'join', type: 'bench.write', needs: ids, with: { value: 1 } },
    ],
  }
}

/** A map of one pure step over the numbers below `inputs.count`. */
export const mapOverNumbers: PipelineDocument = {
  orchestrator: 1,
  name: 'map',
  inputs: { count: { type: 'number' } },
  steps: [
    { id: 'numbers', type: 'bench.list', with: { count: '{{ inputs.count }}' } },
    {
      id: 'each',
      type: 'flow.map',
      needs: ['numbers'],
      with: { items: '{{ numbers }}', concurrency: 16 },
      steps: [{ id: 'work', type: 'bench.pure', with: { value: '{{ item + 1 }}' } }],
    },
  ],
  outputs: { failed: '{{ each.failed }}' },
}
