import { hashOf, Random } from './random.ts'

/** What the world does with a step, by its path; the same at every attempt but for the first failures. */
export interface StepFate {
  /** This many attempts fail before one succeeds. */
  failures: number
  /** Of a branch. */
  port: 'true' | 'false'
  /** Items of a map or stream; turns of a loop. */
  items: number
  concurrency: number
  /** Items a streaming step hands on at a time. */
  chunk: number
  /** The step waits for an answer before it succeeds. */
  parks: boolean
}

/** What happens to a step of which nothing is said. */
export const fateless: StepFate = { failures: 0, port: 'true', items: 3, concurrency: 2, chunk: 2, parks: false }

/** Everything that is not the scheduler's to say. */
export interface World {
  fateOf(path: string): StepFate
  /** What a step calls itself in its output. */
  nameOf(path: string): string
  /** Which of this many things in flight ends next. */
  pick(count: number): number
}

/** A world in which every path has a fate by the first seed, and things end in an order by the second. */
export function randomWorld(seed: number, order: number): World {
  const fates = new Map<string, StepFate>()
  const random = new Random(order)
  return {
    fateOf(path) {
      let fate = fates.get(path)
      if (!fate) fates.set(path, (fate = randomFate(new Random(hashOf(seed, path)))))
      return fate
    },
    nameOf: (path) => path,
    pick: (count) => random.below(count),
  }
}

/** A world in which a step has the same fate and name in every item and call: its id is all it knows of itself. */
export function worldOfIds(seed: number, order: number): World {
  const world = randomWorld(seed, order)
  const idOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)
  return { ...world, fateOf: (path) => world.fateOf(idOf(path)), nameOf: idOf }
}

function randomFate(random: Random): StepFate {
  return {
    failures: random.once(5) ? 1 + random.below(3) : 0,
    port: random.once(2) ? 'true' : 'false',
    items: random.once(8) ? 0 : 1 + random.below(3),
    concurrency: 1 + random.below(3),
    chunk: 1 + random.below(3),
    parks: random.once(8),
  }
}
