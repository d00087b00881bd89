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
import { StatusFilter, readStatuses, type FilterStatus } from './status-filter.tsx'

/** Every run of the workspace, newest first; the filters are in the address, so that a link shows the same list. */
export function RunList() {
  const api = useApi()
  const queryClient = useQueryClient()
  const router = useRouter()
  const pathname = usePathname()
  const parameters = useSearchParams()
  const statuses = readStatuses(parameters.get('status'))
  const [search, setSearch] = useState(parameters.get('search') ?? '')
  const wanted = useDeferredValue(search.trim())

  const write = (next: { statuses?: FilterStatus[]; search?: string }) => {
    const query = new URLSearchParams()
    const nextStatuses = next.statuses ?? statuses
    const nextSearch = next.search ?? search
    if (nextStatuses.length > 0) query.set('status', nextStatuses.join(','))
    if (nextSearch.trim()) query.set('search', nextSearch.trim())
    const text = query.toString()
    router.replace(text ? `${pathname}?${text}` : pathname, { scroll: false })
  }

  const list = useInfiniteQuery({
    ...api.runs.list.infiniteQueryOptions(
      { status: statuses.length > 0 ? statuses : undefined, search: wanted || undefined, limit: 50 },
      { getNextPageParam: (page) => page.nextCursor },
    ),
    placeholderData: keepPreviousData,
  })
  useLive({ kind: 'runs' }, () => void queryClient.invalidateQueries(api.runs.list.pathFilter()))

  const runs = list.data?.pages.flatMap((page) => page.items) ?? []
  const filtered = statuses.length > 0 || wanted !== ''
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
      <StatusFilter chosen={statuses} onChange={(next) => write({ statuses: next })} />
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
                write({ statuses: [], search: '' })
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
