'use client'
import { errorMessageOf } from '#components/api/api.tsx'
import { type StepRunInfo, useEditor } from '#components/editor/editor.ts'
import { waitWords, waitsForPerson } from '#components/runs/runs.ts'
import { Button } from '#components/ui/button.tsx'
import { toast } from '#components/ui/toast.tsx'
import { AnswerDialog, Deadline, useAnswer, useOpenWaits, type WaitItem } from '#components/waits/waits.ts'
import type { WaitAnswer } from '#pipeline/wait-details.ts'
import { Check, ClipboardPen, Hourglass, X } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'

/** What a parked step waits for and until when; a person can answer right here. */
export function CardWait({ run, wait }: { run: StepRunInfo; wait: NonNullable<StepRunInfo['wait']> }) {
  const several = run.items !== undefined && run.items.waiting > 1
  return (
    <div className="card-detail card-output card-wait" data-wait={wait.kind}>
      <p className="flex items-start gap-1.5 text-xs font-medium leading-4">
        <Hourglass className="mt-0.5 size-3 shrink-0 text-waiting" aria-hidden />
        <span className="line-clamp-2 min-w-0 break-words">
          {several ? `${run.items!.waiting} wait, the newest: ${waitWords(wait)}` : waitWords(wait)}
        </span>
      </p>
      {wait.until === undefined ? null : (
        <p className="pl-4.5 text-2xs text-text-quiet">
          Until <Deadline value={wait.until} />
        </p>
      )}
      {waitsForPerson(wait) ? <Answering runPath={wait.runPath} several={several} /> : null}
    </div>
  )
}

function Answering({ runPath, several }: { runPath: string; several: boolean }) {
  const runId = useEditor((state) => state.runId)
  const found = useOpenWaits(runId).find((wait) => wait.path === runPath)
  if (several) {
    return (
      <Link href="/inbox" className="nodrag nopan mt-1.5 inline-block pl-4.5 text-xs text-accent-text hover:underline">
        Answer in the inbox
      </Link>
    )
  }
  // As high as the buttons that come: the card does not jump.
  return found ? <Buttons wait={found} /> : <div className="mt-1.5 h-7" />
}

function Buttons({ wait }: { wait: WaitItem }) {
  const answer = useAnswer()
  const [busy, setBusy] = useState<'approve' | 'reject' | null>(null)
  const [open, setOpen] = useState(false)
  const say = async (given: WaitAnswer & { kind: 'approve' | 'reject' }) => {
    setBusy(given.kind)
    try {
      await answer(wait, given)
    } catch (error) {
      toast.error(errorMessageOf(error))
    }
    setBusy(null)
  }
  return (
    <div className="nodrag nopan mt-1.5 flex gap-1.5" data-shortcuts="off">
      {wait.kind === 'approval' ? (
        <>
          <Button
            size="sm"
            loading={busy === 'approve'}
            disabled={busy !== null}
            onClick={() => void say({ kind: 'approve' })}
          >
            {busy === 'approve' ? null : <Check />} Approve
          </Button>
          <Button
            size="sm"
            loading={busy === 'reject'}
            disabled={busy !== null}
            onClick={() => void say({ kind: 'reject' })}
          >
            {busy === 'reject' ? null : <X />} Reject
          </Button>
          <Button size="sm" variant="ghost" className="ml-auto px-1.5" onClick={() => setOpen(true)}>
            Open
          </Button>
        </>
      ) : (
        <Button size="sm" onClick={() => setOpen(true)}>
          <ClipboardPen /> Fill in
        </Button>
      )}
      {open ? <AnswerDialog wait={wait} onClose={() => setOpen(false)} /> : null}
    </div>
  )
}
