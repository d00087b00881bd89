'use client'
import { errorMessageOf, useApi } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Database, Unplug } from 'lucide-react'
import { QueueTable } from './queue-table.tsx'
import { WorkerTable } from './worker-table.tsx'

/** The processes that carry out runs, how busy they are, and what waits for which of them. */
export function Workers() {
  const api = useApi()
  const overview = useQuery({
    ...api.workers.list.queryOptions(),
    refetchInterval: 2_000,
    placeholderData: keepPreviousData,
  })
  const info = useQuery(api.system.info.queryOptions())
  const embedded = info.data?.database === 'pglite'
  return (
    <>
      <h1 className="mb-5 text-xl font-semibold">Workers</h1>
      {overview.isPending ? (
        <Skeleton className="h-64 rounded-md" />
      ) : overview.data === undefined ? (
        <EmptyState
          icon={<Unplug />}
          title="The workers could not be loaded"
          action={<Button onClick={() => void overview.refetch()}>Try again</Button>}
        >
          {errorMessageOf(overview.error)}
        </EmptyState>
      ) : (
        <div className="flex flex-col gap-8">
          {overview.data.workers.length === 0 ? (
            <EmptyState icon={<Unplug />} title="No worker is alive">
              Runs wait until one is. Start one with <code className="text-xs">orchestrator worker</code>.
            </EmptyState>
          ) : (
            <WorkerTable workers={overview.data.workers} />
          )}
          {embedded ? <EmbeddedNote /> : null}
          <div>
            <h2 className="mb-3 text-lg font-semibold">Queues</h2>
            <QueueTable queues={overview.data.queues} />
          </div>
        </div>
      )}
    </>
  )
}

/** Why there is one worker only, and how there can be more. */
function EmbeddedNote() {
  return (
    <section className="flex gap-3 rounded-md border border-dashed px-4 py-3 text-sm">
      <Database className="mt-0.5 size-4 shrink-0 text-text-faint" aria-hidden />
      <div className="space-y-1">
        <p className="font-medium">Everything runs in one process</p>
        <p className="text-text-quiet">
          The embedded database lets no other process in. With PostgreSQL (<code className="text-xs">DATABASE_URL</code>
          ) any number of machines can run <code className="text-xs">orchestrator worker</code>, and a run goes on
          elsewhere when one of them dies.
        </p>
      </div>
    </section>
  )
}
