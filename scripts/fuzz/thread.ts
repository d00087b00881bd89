// The thread that makes and checks inputs; the main thread watches over it and ends it when one input takes too long.
import { parentPort, workerData } from 'node:worker_threads'
import { checkDocument } from './check-document.ts'
import { checkExpression } from './check-expression.ts'
import { type FuzzKind, fuzzInput } from './inputs.ts'

const { kind, seed, from, to, place } = workerData as FuzzTask
const current = new Int32Array(place)
const check = kind === 'documents' ? checkDocument : checkExpression

/** Inputs `from` to below `to`; `place` is shared memory in which the thread writes the number it is at. */
export interface FuzzTask {
  kind: FuzzKind
  seed: number
  from: number
  to: number
  place: SharedArrayBuffer
}

export type FuzzMessage =
  | { type: 'ready' }
  | { type: 'broken'; index: number; error: string }
  | { type: 'slowest'; index: number; ms: number }

const send = (message: FuzzMessage): void => parentPort?.postMessage(message)

send({ type: 'ready' })
let slowest = 0
for (let index = from; index < to; index += 1) {
  Atomics.store(current, 0, index)
  const started = performance.now()
  try {
    check(fuzzInput(kind, seed, index))
  } catch (error) {
    send({ type: 'broken', index, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
  const ms = performance.now() - started
  if (ms > slowest) {
    slowest = ms
    send({ type: 'slowest', index, ms })
  }
}
Atomics.store(current, 0, to)
