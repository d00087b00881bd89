import type { ApiOutputs } from '#components/api/api.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { CircleCheck, CircleSlash, CircleX, Hourglass } from 'lucide-react'
import { personName } from './person-name.ts'

type End = NonNullable<ApiOutputs['waits']['byToken']['end']>

const looks = {
  approved: { title: 'Approved', icon: CircleCheck, color: 'text-succeeded bg-succeeded-soft' },
  rejected: { title: 'Rejected', icon: CircleX, color: 'text-failed bg-failed-soft' },
  submitted: { title: 'Thank you, this is answered', icon: CircleCheck, color: 'text-succeeded bg-succeeded-soft' },
  'timed-out': { title: 'The time for an answer is over', icon: Hourglass, color: 'text-waiting bg-waiting-soft' },
  cancelled: { title: 'No answer is needed any more', icon: CircleSlash, color: 'text-text-quiet bg-surface-strong' },
} as const

/** How a question ended: who said what, when and why. */
export function WaitEndNote({ end }: { end: End }) {
  const { title, icon: Icon, color } = looks[end.kind]
  return (
    <section
      role="status"
      className="flex flex-col items-center gap-1 rounded-md border bg-surface px-4 py-8 text-center"
    >
      <span className={`mb-2 flex size-12 items-center justify-center rounded-full ${color}`}>
        <Icon className="size-6" aria-hidden />
      </span>
      <h2 className="text-lg font-semibold">{title}</h2>
      <p className="text-sm text-text-quiet">
        {end.by === null ? null : <>By {personName(end.by)}, </>}
        <RelativeTime value={end.at} />
      </p>
      {end.kind === 'timed-out' ? (
        <p className="max-w-sm text-sm text-text-quiet">The pipeline has gone on as it is set to without an answer.</p>
      ) : null}
      {end.reason ? <p className="mt-3 max-w-sm whitespace-pre-wrap break-words">“{end.reason}”</p> : null}
    </section>
  )
}
