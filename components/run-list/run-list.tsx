'use client'
import { errorMessageOf, useApi, useLive } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Input } from '#components/ui/input.tsx'
import { LoadMore } from '#components/ui/load-more.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { History, Search, Unplug } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useDeferredValue, useState } from 'react'
import { RunTable } from './run-table.tsx'
import { KeptFilter, readTrigger, type Trigger, TriggerFilter } from './source-filter.tsx'
import { StatusFilter, readStatuses, type FilterStatus } from './status-filter.tsx'

/** Every run of the workspace, newest first; the filters are in the address, so that a link shows the same list. */
export function RunList() {
  const api = useApi()
  const queryClient = useQueryClient()
  const router = useRouter()
  const pathname = usePathname()
  const parameters = useSearchParams()
  const statuses = readStatuses(parameters.get('status'))
  const trigger = readTrigger(parameters.get('by'))
  const kept = parameters.get('kept') === 'yes'
  const [search, setSearch] = useState(parameters.get('search') ?? '')
  const wanted = useDeferredValue(search.trim())

  const write = (next: { statuses?: FilterStatus[]; search?: string; trigger?: Trigger | null; kept?: boolean }) => {
    const query = new URLSearchParams()
    const nextStatuses = next.statuses ?? statuses
    const nextSearch = next.search ?? search
    if (nextStatuses.length > 0) query.set('status', nextStatuses.join(','))
    if (nextSearch.trim()) query.set('search', nextSearch.trim())
    const nextTrigger = next.trigger === undefined ? trigger : next.trigger
    if (nextTrigger !== null) query.set('by', nextTrigger)
    if (next.kept ?? kept) query.set('kept', 'yes')
    const text = query.toString()
    router.replace(text ? `${pathname}?${text}` : pathname, { scroll: false })
  }

  const list = useInfiniteQuery({
    ...api.runs.list.infiniteQueryOptions(
      {
        status: statuses.length > 0 ? statuses : undefined,
        search: wanted || undefined,
        trigger: trigger === null ? undefined : [trigger],
        keep: kept || undefined,
        limit: 50,
      },
      { getNextPageParam: (page) => page.nextCursor },
    ),
    placeholderData: keepPreviousData,
  })
  useLive({ kind: 'runs' }, () => void queryClient.invalidateQueries(api.runs.list.pathFilter()))

  const runs = list.data?.pages.flatMap((page) => page.items) ?? []
  const filtered = statuses.length > 0 || wanted !== '' || trigger !== null || kept
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center gap-2">
        <h1 className="mr-auto text-xl font-semibold">Runs</h1>
        <div className="relative w-full sm:w-64">
          <Search className="pointer-events-none absolute left-2.5 top-2 size-4 text-text-faint" aria-hidden />
          <Input
            type="search"
            aria-label="Search runs by pipeline"
            placeholder="Search by pipeline"
            value={search}
            onChange={(event) => {
              setSearch(event.target.value)
              write({ search: event.target.value })
            }}
            className="pl-8"
          />
        </div>
      </div>
      <div className="mb-3 flex flex-wrap items-center gap-1.5">
        <StatusFilter chosen={statuses} onChange={(next) => write({ statuses: next })} />
        <span className="mx-1 h-4 w-px bg-line max-sm:hidden" aria-hidden />
        <TriggerFilter chosen={trigger} onChange={(next) => write({ trigger: next })} />
        <KeptFilter on={kept} onChange={(next) => write({ kept: next })} />
      </div>
      {list.isPending ? (
        <Skeleton className="h-96 rounded-md" />
      ) : list.isError && runs.length === 0 ? (
        <EmptyState
          icon={<Unplug />}
          title="The runs could not be loaded"
          action={<Button onClick={() => void list.refetch()}>Try again</Button>}
        >
          {errorMessageOf(list.error)}
        </EmptyState>
      ) : runs.length > 0 ? (
        <RunTable runs={runs} />
      ) : filtered ? (
        <EmptyState
          icon={<Search />}
          title="No run fits these filters"
          action={
            <Button
              onClick={() => {
                setSearch('')
                write({ statuses: [], search: '', trigger: null, kept: false })
              }}
            >
              Show all runs
            </Button>
          }
        />
      ) : (
        <EmptyState
          icon={<History />}
          title="Nothing has run yet"
          action={
            <Button asChild variant="primary">
              <Link href="/">Open a pipeline</Link>
            </Button>
          }
        >
          Every run is kept here with what went in and what came out of each step.
        </EmptyState>
      )}
      <LoadMore query={list} />
    </>
  )
}
