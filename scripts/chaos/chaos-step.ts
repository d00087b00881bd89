import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineStep } from '#server/steps/define-step.ts'

/** One line of a worker's log: an effect that has happened in the world. */
export interface Effect {
  run: string
  path: string
  attempt: number
  pid: number
  /** Epoch milliseconds: when the attempt began, and when the effect happened. */
  startedAt: number
  at: number
}

/** Where a worker process writes its effects. */
export const effectsFile = (folder: string, pid: number): string => join(folder, `effects-${pid}.jsonl`)

/** A step with an effect that cannot be taken back: a line in a file. Takes `ms`, and fails its first attempts when told to. */
export const chaosEffect = defineStep({
  type: 'chaos.effect',
  title: 'Effect',
  summary: '',
  icon: 'zap',
  category: 'data',
  docs: '',
  config: z.strictObject({
    run: z.string(),
    path: z.string(),
    ms: z.int(),
    failures: z.int().default(0),
    value: z.json(),
  }),
  output: z.json(),
  effects: 'write',
  examples: [],
  async execute({ config: { run, path, ms, failures, value }, attempt, signal }) {
    const { pid } = process
    const startedAt = Date.now()
    await sleep(ms, undefined, { signal })
    const effect: Effect = { run, path, attempt, pid, startedAt, at: Date.now() }
    appendFileSync(effectsFile(process.env.CHAOS_FOLDER!, pid), `${JSON.stringify(effect)}\n`)
    if (attempt <= failures) throw new Error(`attempt ${attempt} fails`)
    return value
  },
})

/** About as many as a core does in a millisecond. */
const roundsPerMs = 400_000

/** A pure computation that takes about this much of the processor, the same each time whatever else the machine does. */
export const chaosBurn = defineStep({
  type: 'chaos.burn',
  title: 'Burn',
  summary: '',
  icon: 'flame',
  category: 'data',
  docs: '',
  config: z.strictObject({ ms: z.number(), value: z.json() }),
  output: z.json(),
  effects: 'pure',
  cacheable: false,
  examples: [],
  execute({ config: { ms, value } }) {
    // A fixed amount of work: clocks of the processor are too coarse, and the wall's counts what others do.
    let mixed = 1
    for (let left = ms * roundsPerMs; left > 0; left -= 1) mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) | 1
    return mixed === 0 ? null : value
  },
})

/** The steps of this suite, for a registry. */
export const chaosSteps = [chaosEffect, chaosBurn].map((step) => [step.manifest.type, step] as const)
