import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import {
  anyJson,
  defineStep,
  endEarly,
  enterBody,
  enterLoop,
  expandItems,
  park,
  type StepDefinition,
  takePorts,
} from '#server/steps/define-step.ts'
import type { World } from '../core/testing/world.ts'
import type { StepRegistry } from '../engine-types.ts'

const config = z.looseObject({
  id: z.string(),
  mode: z.string().default('any'),
  concurrency: z.int().optional(),
  batch: z.int().default(1),
  item_errors: z.enum(['collect', 'drop', 'fail']).default('collect'),
  stream: z.boolean().default(false),
  stop_after: z.int().optional(),
  limit: z.int().default(3),
})
type Made = Parameters<typeof defineStep<typeof config, typeof anyJson>>[0]
type Context = Parameters<Made['execute']>[0]

/**
 * The step types of the scheduler's property test as real step types: what they do is up to the current world, which goes by
 * ids (a step gets its own as a setting), and how long they take up to its order.
 */
export function madeUpRegistry(current: () => World): StepRegistry {
  const fateOf = ({ config: { id } }: Context) => current().fateOf(id)

  /** Takes a moment, and fails as often as it is to. */
  async function begin(context: Context): Promise<void> {
    for (let turns = current().pick(3); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve))
    if (context.attempt <= fateOf(context).failures) throw new Error('no luck')
  }

  const outputOf = ({ config: { id, mode }, inputs }: Context, isMerge: boolean): string => {
    const isChance = isMerge && mode !== 'any' && mode !== 'all'
    return `${current().nameOf(id)}(${isChance ? mode : inputs.map(({ step }) => step).join(',')})`
  }

  const make = (type: string, more: Partial<Made>): StepDefinition =>
    defineStep({
      type,
      title: type,
      summary: type,
      icon: 'box',
      category: 'flow',
      docs: '',
      config,
      output: anyJson,
      effects: 'pure',
      cacheable: false,
      examples: [],
      execute: async (context) => finishStep(type, context, begin),
      ...more,
    })

  async function finishStep(type: string, context: Context, start: typeof begin) {
    await start(context)
    return fateOf(context).parks ? park({ kind: 'event', event: 'go' }) : resultOf(type, context)
  }

  function resultOf(type: string, context: Context) {
    const output = outputOf(context, type === 'merge')
    if (type === 'branch') return takePorts([fateOf(context).port], output)
    return output
  }

  /** What follows from a wait cannot end more than the step. */
  const plain = (type: string, more: Partial<Made> = {}): StepDefinition =>
    make(type, { resume: (context) => resultOf(type, context), ...more })

  const ending = (type: string, ends: 'container' | 'run'): StepDefinition =>
    make(type, {
      async execute(context) {
        await begin(context)
        return endEarly(ends, outputOf(context, false))
      },
    })

  const body = (type: string, kind: 'body' | 'catch' | 'finally' | 'call', more: Partial<Made> = {}): StepDefinition =>
    make(type, {
      container: { kind, variables: {} },
      async execute(context) {
        await begin(context)
        return enterBody()
      },
      ...more,
    })

  const definitions = [
    plain('plain'),
    plain('branch', { outputPorts: [{ name: 'true' }, { name: 'false' }] }),
    plain('merge', { join: 'merge' }),
    plain('source', {
      outputPorts: [{ name: 'out' }, { name: 'stream' }],
      async execute(context) {
        const { items, chunk } = fateOf(context)
        for (let from = 0; context.streaming && from < items; from += chunk) {
          await context.yield(numbers(Math.min(chunk, items - from)))
        }
        return finishStep('source', context, begin)
      },
    }),
    ending('break', 'container'),
    ending('stop', 'run'),
    make('map', {
      lazy: ['stop_after'],
      container: { kind: 'map', variables: {} },
      async execute(context) {
        await begin(context)
        const { batch, item_errors: itemErrors, stream, concurrency } = context.config
        const { items, concurrency: usual } = fateOf(context)
        return expandItems(stream ? 'stream' : numbers(items), { concurrency: concurrency ?? usual, batch, itemErrors })
      },
      afterItem: ({ config: { stop_after: last } }, { index }) => ({ stop: index === last }),
    }),
    make('loop', {
      container: { kind: 'loop', variables: {} },
      async execute(context) {
        await begin(context)
        return fateOf(context).items === 0 ? null : enterLoop('', context.config.limit)
      },
      afterItem: (context, { index, broke }) => ({ again: !broke && index + 1 < fateOf(context).items }),
    }),
    body('try', 'body', {
      outputPorts: [{ name: 'out' }, { name: 'succeeded' }, { name: 'caught' }],
      finish: (_context, { output, error }) => takePorts(['out', error ? 'caught' : 'succeeded'], output),
    }),
    body('catch', 'catch'),
    body('finally', 'finally'),
    body('call', 'call', { lazy: ['pipeline'] }),
  ]
  return new Map(definitions.map((definition) => [definition.manifest.type, definition]))
}

const numbers = (count: number): JsonValue[] => Array.from({ length: count }, (_, index) => index)
