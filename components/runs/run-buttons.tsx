'use client'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { CirclePause, CirclePlay, CircleStop, RotateCcw } from 'lucide-react'
import { useState } from 'react'

/** What can be done with the shown run as a whole: pause, resume, stop, retry. */
export function RunButtons() {
  const editor = useEditorApi()
  const run = useEditor((state) => state.run)
  const runId = useEditor((state) => state.runId)
  const [asked, setAsked] = useState<{ runId: string | null; what: 'cancel' | 'retry' } | null>(null)
  if (run === null) return null
  const press = (command: string) => () => editor.commands.get(command)!.run()
  if (run.ended) {
    if (!run.retryable) return null
    return (
      <Button
        size="sm"
        loading={asked?.runId === runId && asked.what === 'retry'}
        onClick={() => {
          setAsked({ runId, what: 'retry' })
          press('retry-run')()
          // The new run takes the place of this one; where it was refused, it can be tried again.
          setTimeout(() => setAsked(null), 2_000)
        }}
        title="A new run that carries out only what failed"
      >
        <RotateCcw /> Retry
      </Button>
    )
  }
  const stopping = run.stopping || (asked?.runId === runId && asked.what === 'cancel')
  return (
    <>
      {stopping ? null : (
        <IconButton
          label={run.paused ? 'Resume the run' : 'Pause the run'}
          keys="Shift+P"
          size="sm"
          onClick={press('toggle-pause')}
        >
          {run.paused ? <CirclePlay /> : <CirclePause />}
        </IconButton>
      )}
      <Button
        size="sm"
        loading={stopping}
        onClick={() => {
          setAsked({ runId, what: 'cancel' })
          press('cancel-run')()
        }}
      >
        {stopping ? (
          'Stopping'
        ) : (
          <>
            <CircleStop /> Stop
          </>
        )}
      </Button>
    </>
  )
}
