import type { ApiOutputs } from '#components/api/api.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { formatNumber } from '#components/ui/format.ts'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { TriangleAlert } from 'lucide-react'

type Queue = ApiOutputs['workers']['list']['queues'][number]

/** Runs by the labels they need: what waits, what is under way, who could take it, and why nobody does. */
export function QueueTable({ queues }: { queues: readonly Queue[] }) {
  return (
    <div className="overflow-x-auto rounded-md border bg-surface" tabIndex={0} role="region" aria-label="Queues">
      <table className="w-full text-sm">
        <thead>
          <tr className="border-b text-left text-xs text-text-quiet [&_th]:px-4 [&_th]:py-2 [&_th]:font-medium">
            <th scope="col">Needs</th>
            <th scope="col" className="text-right">
              Waiting
            </th>
            <th scope="col" className="text-right">
              Running
            </th>
            <th scope="col" className="text-right">
              Workers
            </th>
            <th scope="col" className="hidden sm:table-cell">
              <span className="sr-only">Why</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <tr key={queue.labels.join(',')} className="border-b last:border-0 [&_td]:px-4 [&_td]:py-2.5">
              <td>
                {queue.labels.length === 0 ? (
                  'Any worker'
                ) : (
                  <span className="flex flex-wrap gap-1">
                    {queue.labels.map((label) => (
                      <Badge key={label}>{label}</Badge>
                    ))}
                  </span>
                )}
              </td>
              <td className="text-right tabular">{formatNumber(queue.waiting)}</td>
              <td className="text-right tabular">{formatNumber(queue.running)}</td>
              <td className="text-right tabular">{formatNumber(queue.workers)}</td>
              <td className="hidden sm:table-cell">
                <Why queue={queue} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {queues
        .filter((queue) => queue.workers === 0 && queue.waiting > 0)
        .map((queue) => (
          <p key={queue.labels.join(',')} className="border-t px-4 py-2 text-xs text-failed sm:hidden">
            <Why queue={queue} />
          </p>
        ))}
    </div>
  )
}

function Why({ queue: { labels, waiting, oldestAt, workers } }: { queue: Queue }) {
  if (waiting === 0) return null
  if (workers === 0) {
    const start =
      labels.length === 0 ? 'orchestrator worker' : `ORCHESTRATOR_LABELS=${labels.join(',')} orchestrator worker`
    return (
      <span className="flex items-start gap-1.5 text-xs text-failed">
        <TriangleAlert className="mt-px size-3.5 shrink-0" aria-hidden />
        <span>
          {labels.length === 0
            ? 'No worker is alive'
            : `No worker has ${labels.length === 1 ? 'this label' : 'these labels'}`}
          . Start one: <code className="text-2xs">{start}</code>
        </span>
      </span>
    )
  }
  return (
    <span className="text-xs text-text-quiet">
      The oldest came {oldestAt === null ? 'just now' : <RelativeTime value={oldestAt} />}, and waits for a free place.
    </span>
  )
}
