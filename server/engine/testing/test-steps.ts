import { setTimeout as sleep } from 'node:timers/promises'
import { OrchestratorError } from '#pipeline/errors.ts'
import { type CodeRunOptions, defineStep, type StepDefinition, takePorts } from '#server/steps/define-step.ts'
import { stepRegistry } from '#server/steps/registry.ts'
import { z } from 'zod'
import type { StepRegistry } from '../engine-types.ts'

const shape = { summary: '', icon: 'box', category: 'data' as const, docs: '', examples: [] }

/** Gates by name: a `test.gate` step says that it has come and waits until the test opens it. */
export class Gates {
  readonly #gates = new Map<string, { arrived: PromiseWithResolvers<void>; open: PromiseWithResolvers<void> }>()

  /** Steps that stand at closed gates. */
  waiting = 0

  /** Resolves when a step has come to the gate. */
  arrived(name: string): Promise<void> {
    return this.#gate(name).arrived.promise
  }

  open(name: string): void {
    this.#gate(name).open.resolve()
  }

  async pass(name: string, signal: AbortSignal): Promise<void> {
    const gate = this.#gate(name)
    gate.arrived.resolve()
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    this.waiting += 1
    try {
      await Promise.race([gate.open.promise, aborted])
    } finally {
      this.waiting -= 1
    }
  }

  #gate(name: string) {
    let gate = this.#gates.get(name)
    if (!gate) {
      gate = { arrived: Promise.withResolvers(), open: Promise.withResolvers() }
      gate.arrived.promise.catch(() => {})
      this.#gates.set(name, gate)
    }
    return gate
  }
}

/** What the test's steps share with the test. */
export interface TestWorld {
  gates: Gates
  /** Values `test.write` steps have seen, in order. */
  written: unknown[]
  /** The most `test.write` steps that ran at once. */
  peak: number
  /** Items that `test.stream` steps were let through with. */
  yielded: number
  /** How many more these were at most than `test.write` steps had seen. */
  lead: number
}

/** An empty world. */
export const createTestWorld = (): TestWorld => ({ gates: new Gates(), written: [], peak: 0, yielded: 0, lead: 0 })

/** Small steps for tests of the engine, beside the product's flow steps. */
export function createTestSteps(world: TestWorld): StepRegistry {
  const failuresLeft = new Map<string, number>()
  let running = 0
  const steps: StepDefinition[] = [
    ...[...stepRegistry.values()].filter(({ manifest }) => manifest.category === 'flow'),
    defineStep({
      ...shape,
      type: 'test.value',
      title: 'Value',
      config: z.strictObject({ value: z.json().optional() }),
      output: z.json(),
      effects: 'pure',
      execute: ({ config }) => config.value ?? null,
    }),
    defineStep({
      ...shape,
      type: 'test.write',
      title: 'Write',
      config: z.strictObject({ value: z.json().optional() }),
      output: z.json(),
      effects: 'write',
      async execute({ config }) {
        running += 1
        world.peak = Math.max(world.peak, running)
        await sleep(0)
        world.written.push(config.value)
        running -= 1
        return config.value ?? null
      },
    }),
    defineStep({
      ...shape,
      type: 'test.fail',
      title: 'Fail',
      config: z.strictObject({ when: z.json().optional(), times: z.int().optional(), key: z.string().optional() }),
      output: z.json(),
      effects: 'pure',
      cacheable: false,
      execute({ config }) {
        const { when = true, times, key = '' } = config
        const left = failuresLeft.get(key) ?? times ?? Number.POSITIVE_INFINITY
        if (!when || left <= 0) return 'ok'
        failuresLeft.set(key, left - 1)
        throw new OrchestratorError('request-failed', 'it was told to fail')
      },
    }),
    defineStep({
      ...shape,
      type: 'test.gate',
      title: 'Gate',
      config: z.strictObject({ name: z.string() }),
      output: z.json(),
      effects: 'read',
      async execute({ config, signal }) {
        await world.gates.pass(config.name, signal)
        return config.name
      },
    }),
    defineStep({
      ...shape,
      type: 'test.stubborn',
      title: 'Stubborn',
      config: z.strictObject({ name: z.string() }),
      output: z.json(),
      effects: 'write',
      async execute({ config }) {
        await world.gates.pass(config.name, new AbortController().signal)
        return config.name
      },
    }),
    defineStep({
      ...shape,
      type: 'test.secret',
      title: 'Secret',
      config: z.strictObject({ fail: z.boolean().default(false) }),
      output: z.json(),
      effects: 'read',
      async execute({ config, secrets, emit }) {
        const secret = await secrets.get('key')
        emit({ kind: 'text', text: `using ${secret}` })
        if (config.fail) throw new Error(`the server did not like ${secret}`)
        return { echoed: `Bearer ${secret}` }
      },
    }),
    defineStep({
      ...shape,
      type: 'test.ports',
      title: 'Ports',
      config: z.strictObject({ ports: z.array(z.string()) }),
      outputPorts: [{ name: 'left' }, { name: 'right' }],
      output: z.json(),
      effects: 'pure',
      execute: ({ config }) => takePorts(config.ports, config.ports),
    }),
    defineStep({
      ...shape,
      type: 'test.stream',
      title: 'Stream',
      config: z.strictObject({
        count: z.int(),
        chunk: z.int().default(10),
        gate: z.string().optional(),
        fail_at: z.int().optional(),
      }),
      outputPorts: [{ name: 'out' }, { name: 'stream' }],
      output: z.json(),
      effects: 'read',
      // Hands on 0, 1, 2 ...; with a gate only the first chunk before it is opened.
      async execute({ config, signal, ...context }) {
        for (let from = 0; from < config.count; from += config.chunk) {
          const size = Math.min(config.chunk, config.count - from)
          if (context.attempt === 1 && from >= (config.fail_at ?? Number.POSITIVE_INFINITY)) throw new Error('torn off')
          await context.yield(Array.from({ length: size }, (_, index) => from + index))
          world.yielded = Math.max(world.yielded, from + size)
          world.lead = Math.max(world.lead, world.yielded - world.written.length)
          if (config.gate !== undefined && from === 0) await world.gates.pass(config.gate, signal)
        }
        return { streaming: context.streaming, count: config.count }
      },
    }),
  ]
  return new Map(steps.map((step) => [step.manifest.type, step]))
}

const unavailable = (): never => {
  throw new Error('not part of this test')
}

/** Services of which only a secret is real. */
export const testServices = {
  models: {
    generate: unavailable,
    embed: unavailable,
    sentiment: unavailable,
    entities: unavailable,
    ocr: unavailable,
  },
  fetch: unavailable,
  secrets: { get: async (name: string) => (name === 'key' ? 'sesame-4711' : undefined) },
  files: {
    read: unavailable,
    readText: unavailable,
    readStream: unavailable,
    write: unavailable,
    append: unavailable,
    exists: unavailable,
    list: unavailable,
  },
  code: { run: (_code: string, _input: unknown, _limits: unknown, _options?: CodeRunOptions) => unavailable() },
}
