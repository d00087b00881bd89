/** `silent`: not heard of for a while although its connection stands (frozen, or starved); `stopping`: takes nothing more. */
export type WorkerState = 'working' | 'stopping' | 'silent'

/** One process of the installation. */
export interface WorkerRecord {
  id: string
  /** `web` serves and starts runs, `worker` carries them out, `all` does both. */
  role: 'all' | 'web' | 'worker'
  state: WorkerState
  host: string
  pid: number
  version: string
  labels: string[]
  /** Places for runs (0 of a `web`), those taken, and steps at work right now. */
  maxRuns: number
  runs: number
  steps: number
  /** Share of one core: 1 is a whole one. */
  cpu: number
  memoryBytes: number
  /** ISO times. */
  startedAt: string
  seenAt: string
}

/** Runs that need the same labels. */
export interface QueueRecord {
  /** Sorted; empty for runs that any worker may take. */
  labels: string[]
  /** Runs that no worker has taken yet, and since when the oldest of them waits (ISO time). */
  waiting: number
  oldestAt: string | null
  /** Runs in a worker's hands. */
  running: number
  /** Workers that have all of the labels and take runs; with 0 the waiting runs stay where they are (`worker-missing`). */
  workers: number
}

/** Everything the workers page shows. */
export interface WorkersOverview {
  /** Those that carry out runs first, the oldest first. */
  workers: WorkerRecord[]
  /** Without labels first; that one is always there. */
  queues: QueueRecord[]
}
