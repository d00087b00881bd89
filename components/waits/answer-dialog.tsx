'use client'
import { errorMessageOf, useApi } from '#components/api/api.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { useQuery } from '@tanstack/react-query'
import { AnswerPanel } from './answer-panel.tsx'
import { useAnswer } from './use-answer.ts'
import type { WaitItem } from './use-open-waits.ts'
import { WaitEndNote } from './wait-end.tsx'
import { WaitTimes } from './wait-times.tsx'

/** A question with everything it shows, over whatever one was doing. */
export function AnswerDialog({ wait, onClose }: { wait: WaitItem; onClose(): void }) {
  const api = useApi()
  const answer = useAnswer()
  const detail = useQuery(api.waits.get.queryOptions({ id: wait.id }))
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={wait.title}
      description={<WaitTimes since={wait.since} until={wait.until} />}
    >
      {detail.isPending ? (
        <Skeleton className="h-40 rounded-md" />
      ) : detail.isError ? (
        <p role="alert" className="text-sm text-failed">
          {errorMessageOf(detail.error)}
        </p>
      ) : detail.data.end ? (
        <WaitEndNote end={detail.data.end} />
      ) : (
        <AnswerPanel
          question={detail.data}
          onAnswer={async (given) => {
            await answer(wait, given)
            onClose()
          }}
        />
      )}
    </Dialog>
  )
}
