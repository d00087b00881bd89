'use client'
import { apiClient, errorInfoOf, errorMessageOf } from '#components/api/api.tsx'
import { displayName, type Editor, type PinView, type RunControl, type ShownRun } from '#components/editor/editor.ts'
import { toast } from '#components/ui/toast.tsx'
import { commitTypedTexts } from '#components/ui/use-typed-text.ts'
import type { RunView } from '#pipeline/run-view.ts'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import type { RunFeed } from './run-feed.ts'
import { useRunFeed } from './run-context.tsx'
import { reportRefusedRun } from './start-run.ts'

/** Lets commands start and steer runs while mounted, and tells them how the shown run is doing. */
export function useRunControl(editor: Editor): void {
  const feed = useRunFeed()
  const router = useRouter()
  useEffect(() => {
    const open = (runId: string): void => router.push(`/p/${editor.store.getState().pipelineId}?run=${runId}`)
    return editor.attachRuns(createRunControl(editor, () => feed, open))
  }, [editor, feed, router])
  useEffect(() => {
    if (!feed) return undefined
    const tell = (): void => {
      const run = shownRunOf(feed.view)
      const before = editor.store.getState().run
      if (!before || (Object.keys(run) as (keyof ShownRun)[]).some((name) => run[name] !== before[name])) {
        editor.store.setState({ run })
      }
    }
    tell()
    return feed.onChange(tell)
  }, [editor, feed])
  useEffect(() => {
    if (editor.store.getState().readOnly) return undefined
    let closed = false
    readPins(editor).then(
      (pins) => {
        if (!closed) editor.store.setState({ pins })
      },
      // Without them the canvas shows no pins; the live state tells when the server is away.
      () => undefined,
    )
    return () => {
      closed = true
    }
  }, [editor])
}

function shownRunOf({ status, finishedAt, cancelRequested, limitReached, paused, steps }: RunView): ShownRun {
  const ended = finishedAt !== null
  // A failure that was caught is none; items that failed can be tried again.
  const itemsFailed = (): boolean => [...steps.values()].some(({ items }) => (items?.failed ?? 0) > 0)
  return {
    status,
    ended,
    stopping: !ended && (cancelRequested || limitReached !== null),
    paused: paused !== null,
    retryable: ended && (status !== 'succeeded' || itemsFailed()),
  }
}

async function readPins(editor: Editor): Promise<Record<string, PinView>> {
  const { pipelineId } = editor.store.getState()
  const pins = await apiClient.pins.list.query({ pipelineId })
  return Object.fromEntries(pins.map(({ path, value, isPreview }) => [path, { value, isPreview }]))
}

function createRunControl(
  editor: Editor,
  currentFeed: () => RunFeed | null,
  open: (runId: string) => void,
): RunControl {
  const { store, actions } = editor
  const pathOf = (key: string): string => store.getState().steps[key]!.path
  const nameOf = (key: string): string => {
    const { steps, manifests } = store.getState()
    const { step } = steps[key]!
    return displayName(step, manifests.get(step.type))
  }
  const failed = (error: unknown): void =>
    void toast.error(errorMessageOf(error), { description: errorInfoOf(error)?.fix })

  /** Starts a run and shows it: on the draft, or from a past run as a page of its own. */
  async function start(ask: () => Promise<{ runId: string }>): Promise<void> {
    try {
      // The server runs what it has: the last keystroke must be there first.
      commitTypedTexts()
      await editor.flush()
      const { runId } = await ask()
      if (store.getState().readOnly) return open(runId)
      actions.showRun(runId)
      actions.setPanels({ drawer: true, drawerTab: 'timeline' })
    } catch (error) {
      reportRefusedRun(editor, error)
    }
  }
  /** Asks something of the shown run. */
  async function ask(request: (runId: string) => Promise<unknown>): Promise<void> {
    const runId = currentFeed()?.runId
    if (runId === undefined) return
    try {
      await request(runId)
    } catch (error) {
      failed(error)
    }
  }
  /** Where the step stands in the shown run: at the item its card shows, else at the first. */
  const runPathOf = (path: string): string => {
    const feed = currentFeed()
    return feed?.shownRunPath(path) ?? feed?.runPathsOf(path)[0] ?? path
  }
  async function changePins(change: () => Promise<unknown>): Promise<boolean> {
    try {
      await change()
      store.setState({ pins: await readPins(editor) })
      return true
    } catch (error) {
      failed(error)
      return false
    }
  }

  return {
    runStep: (key) =>
      void start(() =>
        apiClient.runs.runStep.mutate({ pipelineId: store.getState().pipelineId, path: runPathOf(pathOf(key)) }),
      ),
    runTo: (key) =>
      void start(() =>
        apiClient.runs.runTo.mutate({ pipelineId: store.getState().pipelineId, path: runPathOf(pathOf(key)) }),
      ),
    rerunFrom: (key, on) => {
      const feed = currentFeed()
      if (!feed) return
      const target = on === 'latest' ? 'latest' : store.getState().readOnly ? 'same' : 'draft'
      void start(() => apiClient.runs.rerunFrom.mutate({ runId: feed.runId, path: runPathOf(pathOf(key)), on: target }))
    },
    retry: () => {
      const feed = currentFeed()
      if (feed) void start(() => apiClient.runs.retry.mutate({ runId: feed.runId }))
    },
    cancel: () => void ask((runId) => apiClient.runs.cancel.mutate({ runId })),
    pause: () => void ask((runId) => apiClient.runs.pause.mutate({ runId })),
    resume: () => void ask((runId) => apiClient.runs.resume.mutate({ runId })),
    pin: (key) => {
      const feed = currentFeed()
      const path = pathOf(key)
      const from = runPathOf(path)
      if (!feed?.view.steps.get(from)?.output) {
        toast.error(`“${nameOf(key)}” has no output to pin`, {
          description: 'Run it first, or write one in its Output tab.',
        })
        return
      }
      const { pipelineId } = store.getState()
      void changePins(() =>
        apiClient.pins.set.mutate({ pipelineId, path, from: { runId: feed.runId, path: from } }),
      ).then((done) => done && toast(`Pinned “${nameOf(key)}”`, { description: 'Runs of the draft use this output.' }))
    },
    pinValue: (key, value) => {
      const { pipelineId } = store.getState()
      return changePins(() => apiClient.pins.set.mutate({ pipelineId, path: pathOf(key), value }))
    },
    unpin: (key) => {
      const { pipelineId } = store.getState()
      void changePins(() => apiClient.pins.remove.mutate({ pipelineId, path: pathOf(key) }))
    },
  }
}
