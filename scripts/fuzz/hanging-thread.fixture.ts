// For the test of the watch: hangs at input 3 and dies at input 5, else does nothing.
import { parentPort, workerData } from 'node:worker_threads'
import type { FuzzTask } from './thread.ts'

const { from, to, place } = workerData as FuzzTask
const current = new Int32Array(place)
parentPort?.postMessage({ type: 'ready' })
for (let index = from; index < to; index += 1) {
  Atomics.store(current, 0, index)
  while (index === 3) Atomics.load(current, 0)
  if (index === 5) throw new Error('died')
}
Atomics.store(current, 0, to)
