import { createRandom } from '../seed/random.ts'
import { documentInput } from './document-inputs.ts'
import { expressionInput } from './expression-inputs.ts'

export const fuzzKinds = ['documents', 'expressions'] as const
export type FuzzKind = (typeof fuzzKinds)[number]

/** The input with that number: the same for the same seed, so that a finding can be had again from three words. */
export function fuzzInput(kind: FuzzKind, seed: number, index: number): string {
  const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b))
  return kind === 'documents' ? documentInput(random) : expressionInput(random)
}
