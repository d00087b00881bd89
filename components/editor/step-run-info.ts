import type { ErrorInfo } from '#pipeline/errors.ts'
import type { StepStatus, Wait } from '#pipeline/events.ts'
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
  /** For a step in the body of a map or loop: how many of its items stand where. */
  items?: { total: number; running: number; waiting: number; succeeded: number; failed: number; skipped: number }
  /** A loop: the turn that is under way or was the last, from 1, and how many there may be. */
  turn?: { number: number; limit: number }
  /** Not carried out: its output is that of an earlier run, or pinned. */
  reused?: 'run' | 'pin'
  /** Why its fallback ran in its place. */
  fallback?: ErrorInfo
  /** What it waits for (at all items together: the newest), and since when. */
  wait?: Wait & { runPath: string; since: number }
  /** The shared limit whose place it waits for. */
  heldBy?: string
  /** Items it has handed on while it runs. */
  streamed?: number
  /** It ended the map, loop or run around it. */
  ends?: 'container' | 'run'
  /** Who changed its output while the run was paused. */
  editedBy?: string
  /** A container that has failed and winds down. */
  failing?: boolean
  /** A map that is spread over workers: parts in all and those that are done. */
  parts?: { count: number; done: number }
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
  /** The items (turns) a container's frame can be narrowed to, by its document path; null when there are none to choose from. */
  items(path: string): ItemChoice | null
  /** Narrows what is shown inside a container to one item; null shows all together. */
  chooseItem(path: string, index: number | null): void
}

export interface ItemChoice {
  /** Items or turns there are so far. */
  count: number
  /** The one that is shown alone; null: all together. */
  chosen: number | null
}

const emptySource: StepRunSource = {
  subscribe: () => () => undefined,
  read: () => undefined,
  items: () => null,
  chooseItem: () => undefined,
}

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

/** Which item of a container is shown, and the way to choose another; null where there is nothing to choose. */
export function useItemChoice(path: string): (ItemChoice & { choose(index: number | null): void }) | null {
  const source = useContext(StepRunContext)
  // What a card shows changes whenever its items do.
  useStepRun(path)
  const items = source.items(path)
  return items && { ...items, choose: (index) => source.chooseItem(path, index) }
}
