import type { ErrorInfo } from '#pipeline/errors.ts'
import type { StepStatus } from '#pipeline/events.ts'
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react'

/** What a card shows of a run. For a step in a container's body: all its items together. */
export interface StepRunInfo {
  status: StepStatus
  /** Milliseconds of the finished step; absent while it runs. */
  durationMs?: number
  /** Epoch milliseconds; a running card counts from here. */
  startedAt?: number
  attempt?: number
  cached?: boolean
  /** The output (a preview of it when it is large); absent until there is one. */
  output?: unknown
  /** True lengths of what the preview cuts, by dotted path; absent when `output` is whole. */
  lengths?: Readonly<Record<string, number>>
  /** Text streamed so far, while it streams. */
  streamedText?: string
  error?: ErrorInfo
  /** A container's items, or what the step itself reports. */
  progress?: { done: number; total?: number; failed?: number; message?: string }
  /** For a step in a body: how many of its items stand where. */
  items?: { total: number; running: number; succeeded: number; failed: number; skipped: number }
  /** Output ports that were taken: their edges are lit. */
  takenPorts?: readonly string[]
  /** Why it was skipped, in words. */
  skippedBecause?: string
}

/** Where cards read the states of the shown run. `read` gives the same object until something changed. */
export interface StepRunSource {
  /** Calls back after changes of this document path (`each.mood`, without item indexes). */
  subscribe(path: string, listener: () => void): () => void
  read(path: string): StepRunInfo | undefined
}

const emptySource: StepRunSource = { subscribe: () => () => undefined, read: () => undefined }

/** The run on the canvas; the studio provides it. */
export const StepRunContext = createContext<StepRunSource>(emptySource)

/** What the shown run says of the step at this path; undefined when there is no run or nothing is known. */
export function useStepRun(path: string): StepRunInfo | undefined {
  const source = useContext(StepRunContext)
  const subscribe = useCallback((listener: () => void) => source.subscribe(path, listener), [source, path])
  return useSyncExternalStore(
    subscribe,
    () => source.read(path),
    () => undefined,
  )
}
