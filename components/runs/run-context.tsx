'use client'
import { StepRunContext, useEditor } from '#components/editor/editor.ts'
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import { RunFeed } from './run-feed.ts'

const RunFeedContext = createContext<RunFeed | null>(null)

/** Follows the run the editor shows (`state.runId`) and gives it to cards and panels below. */
export function RunFeedProvider({ children }: { children: ReactNode }) {
  const runId = useEditor((state) => state.runId)
  const feed = useFeed(runId)
  const cards = useContext(StepRunContext)
  return (
    <RunFeedContext value={feed}>
      <StepRunContext value={feed ?? cards}>{children}</StepRunContext>
    </RunFeedContext>
  )
}

function useFeed(runId: string | null): RunFeed | null {
  const [feed, setFeed] = useState<RunFeed | null>(null)
  useEffect(() => {
    if (runId === null) return undefined
    const opened = new RunFeed(runId)
    // The feed is opened here and not while rendering, because it is a subscription that must be closed again.
    queueMicrotask(() => setFeed(opened))
    return () => opened.close()
  }, [runId])
  // The feed of the run before must not show under the new one's name.
  return feed?.runId === runId ? feed : null
}

/** The shown run's feed; null when no run is shown. */
export const useRunFeed = (): RunFeed | null => useContext(RunFeedContext)

const noChange = () => () => undefined

/** Something read from the feed, again after each of its changes; the selector must return the same object while nothing changed. */
export function useRunFeedValue<Value>(select: (feed: RunFeed) => Value): Value | null {
  const feed = useRunFeed()
  return useSyncExternalStore(
    feed?.onChange ?? noChange,
    () => (feed ? select(feed) : null),
    () => null,
  )
}
