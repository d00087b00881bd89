import type { ApiOutputs } from '#components/api/api.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { formatBytes } from '#components/ui/format.ts'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'
import { CircleCheck, LogOut, TriangleAlert } from 'lucide-react'

type Worker = ApiOutputs['workers']['list']['workers'][number]

const states = {
  working: { title: 'Working', color: 'text-succeeded', icon: CircleCheck },
  silent: { title: 'Silent', color: 'text-failed', icon: TriangleAlert },
  stopping: { title: 'Stopping', color: 'text-waiting', icon: LogOut },
} as const

const roles = {
  all: 'Serves pages and carries out runs',
  web: 'Serves pages only',
  worker: 'Carries out runs',
} as const

/** One line a process. */
export function WorkerTable({ workers }: { workers: readonly Worker[] }) {
  return (
    <div className="overflow-x-auto rounded-md border bg-surface" tabIndex={0} role="region" aria-label="Workers">
      <table className="w-full text-sm">
        <thead>
          <tr className="border-b text-left text-xs text-text-quiet [&_th]:px-4 [&_th]:py-2 [&_th]:font-medium">
            <th scope="col">Worker</th>
            <th scope="col" className="hidden sm:table-cell">
              Labels
            </th>
            <th scope="col">Runs</th>
            <th scope="col" className="hidden text-right sm:table-cell">
              Steps now
            </th>
            <th scope="col" className="hidden text-right md:table-cell">
              CPU
            </th>
            <th scope="col" className="hidden text-right md:table-cell">
              Memory
            </th>
            <th scope="col" className="hidden text-right lg:table-cell">
              Started
            </th>
          </tr>
        </thead>
        <tbody>
          {workers.map((worker) => (
            <WorkerRow key={worker.id} worker={worker} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function WorkerRow({ worker }: { worker: Worker }) {
  return (
    <tr className="border-b last:border-0 [&_td]:px-4 [&_td]:py-2.5">
      <td>
        <WorkerName worker={worker} />
      </td>
      <td className="hidden sm:table-cell">
        {worker.labels.length === 0 ? <span className="text-text-faint">None</span> : <Labels labels={worker.labels} />}
      </td>
      <td className="whitespace-nowrap">
        {worker.maxRuns === 0 ? (
          <span className="text-text-faint">–</span>
        ) : (
          <span className="flex items-center gap-2">
            <span className="tabular">
              {worker.runs} / {worker.maxRuns}
            </span>
            <Bar share={worker.runs / worker.maxRuns} />
          </span>
        )}
      </td>
      <td className="hidden text-right tabular sm:table-cell">{worker.steps}</td>
      <td className="hidden text-right tabular md:table-cell">{Math.round(worker.cpu * 100)} %</td>
      <td className="hidden whitespace-nowrap text-right tabular md:table-cell">{formatBytes(worker.memoryBytes)}</td>
      <td className="hidden whitespace-nowrap text-right text-text-quiet lg:table-cell">
        <RelativeTime value={worker.startedAt} />
      </td>
    </tr>
  )
}

/** Where it runs and what it does, with its state as a glyph. */
function WorkerName({ worker }: { worker: Worker }) {
  const { title, color, icon: Icon } = states[worker.state]
  return (
    <span className="flex items-center gap-2.5">
      <Tooltip label={worker.state === 'silent' ? 'Silent: it has not been heard of for a while' : title}>
        <Icon className={classNames('size-4 shrink-0', color)} role="img" aria-label={title} />
      </Tooltip>
      <span className="min-w-0">
        <span className="block truncate font-medium" title={worker.id}>
          {worker.host} <span className="font-normal text-text-quiet tabular">{worker.pid}</span>
        </span>
        <span className="block truncate text-xs text-text-quiet">{roles[worker.role]}</span>
        <span className="mt-1 block empty:hidden sm:hidden">
          {worker.labels.length > 0 ? <Labels labels={worker.labels} /> : null}
        </span>
      </span>
    </span>
  )
}

function Labels({ labels }: { labels: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-1">
      {labels.map((label) => (
        <Badge key={label}>{label}</Badge>
      ))}
    </span>
  )
}

function Bar({ share }: { share: number }) {
  return (
    <span className="h-1.5 w-14 overflow-hidden rounded-full bg-surface-strong" aria-hidden>
      <span
        className={classNames('block h-full rounded-full', share >= 1 ? 'bg-waiting' : 'bg-running')}
        style={{ width: `${Math.min(1, share) * 100}%` }}
      />
    </span>
  )
}
