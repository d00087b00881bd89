'use client'
import { errorMessageOf, useApi, useLive } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Input } from '#components/ui/input.tsx'
import { LoadMore } from '#components/ui/load-more.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { toast } from '#components/ui/toast.tsx'
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowUpRight, ClipboardPen, Inbox as InboxIcon, Link2, Search, Stamp, Unplug } from 'lucide-react'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useDeferredValue, useState } from 'react'
import { AnswerPanel } from './answer-panel.tsx'
import { useAnswer } from './use-answer.ts'
import type { WaitItem } from './use-open-waits.ts'
import { WaitEndNote } from './wait-end.tsx'
import { WaitTimes } from './wait-times.tsx'

/** Everything that waits for a person, oldest first; the chosen one opens beside the list. */
export function Inbox() {
  const api = useApi()
  const queryClient = useQueryClient()
  const router = useRouter()
  const chosen = useSearchParams().get('wait')
  const [search, setSearch] = useState('')
  const wanted = useDeferredValue(search.trim())
  const list = useInfiniteQuery({
    ...api.waits.list.infiniteQueryOptions(
      { search: wanted || undefined, limit: 50 },
      { getNextPageParam: (page) => page.nextCursor },
    ),
    placeholderData: keepPreviousData,
  })
  useLive({ kind: 'waits' }, () => void queryClient.invalidateQueries(api.waits.pathFilter()))
  const waits = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total ?? 0
  const choose = (id: string | null) => router.replace(id === null ? '/inbox' : `/inbox?wait=${id}`, { scroll: false })
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center gap-2">
        <h1 className="mr-auto text-xl font-semibold">
          Inbox {total > 0 ? <span className="text-base font-normal text-text-quiet tabular">{total}</span> : null}
        </h1>
        <div className="relative w-full sm:w-64">
          <Search className="pointer-events-none absolute left-2.5 top-2 size-4 text-text-faint" aria-hidden />
          <Input
            type="search"
            aria-label="Search the inbox"
            placeholder="Search questions"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            className="pl-8"
          />
        </div>
      </div>
      {list.isPending ? (
        <Skeleton className="h-96 rounded-md" />
      ) : list.isError && waits.length === 0 ? (
        <EmptyState
          icon={<Unplug />}
          title="The inbox could not be loaded"
          action={<Button onClick={() => void list.refetch()}>Try again</Button>}
        >
          {errorMessageOf(list.error)}
        </EmptyState>
      ) : (
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,22rem)_minmax(0,1fr)]">
          <div
            className={classNames('min-w-0', chosen !== null && 'max-lg:hidden', waits.length === 0 && 'lg:col-span-2')}
          >
            {waits.length > 0 ? (
              <ul className="overflow-hidden rounded-md border bg-surface" aria-label="Open questions">
                {waits.map((wait) => (
                  <InboxRow key={wait.id} wait={wait} chosen={wait.id === chosen} onChoose={() => choose(wait.id)} />
                ))}
              </ul>
            ) : wanted !== '' ? (
              <EmptyState
                icon={<Search />}
                title="Nothing fits"
                action={<Button onClick={() => setSearch('')}>Show everything</Button>}
              />
            ) : chosen === null ? (
              <EmptyState
                icon={<InboxIcon />}
                title="Nothing waits for you"
                action={
                  <Button asChild>
                    <Link href="/">Open a pipeline</Link>
                  </Button>
                }
              >
                When a pipeline asks somebody to approve or to fill in a form, the question appears here.
              </EmptyState>
            ) : null}
            <LoadMore query={list} />
          </div>
          {chosen !== null ? (
            <InboxDetail key={chosen} id={chosen} onClose={() => choose(null)} />
          ) : waits.length > 0 ? (
            <p className="rounded-md border border-dashed px-6 py-16 text-center text-sm text-text-quiet max-lg:hidden">
              Choose a question to see what it is about and answer it.
            </p>
          ) : null}
        </div>
      )}
    </>
  )
}

function InboxRow({ wait, chosen, onChoose }: { wait: WaitItem; chosen: boolean; onChoose(): void }) {
  const Kind = wait.kind === 'approval' ? Stamp : ClipboardPen
  return (
    <li className="border-b last:border-0">
      <button
        type="button"
        aria-current={chosen ? 'true' : undefined}
        onClick={onChoose}
        className="flex w-full items-start gap-3 px-4 py-3 text-left hover:bg-surface-quiet aria-[current]:bg-accent-soft"
      >
        <Kind
          className="mt-0.5 size-4 shrink-0 text-waiting"
          aria-label={wait.kind === 'approval' ? 'Approval' : 'Form'}
        />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{wait.title}</span>
          <span className="block truncate text-xs text-text-quiet">{wait.pipelineName}</span>
          <span className="block truncate text-xs text-text-quiet">
            <WaitTimes since={wait.since} until={wait.until} />
          </span>
        </span>
      </button>
    </li>
  )
}

function InboxDetail({ id, onClose }: { id: string; onClose(): void }) {
  const api = useApi()
  const answer = useAnswer()
  const detail = useQuery(api.waits.get.queryOptions({ id }))
  if (detail.isPending) return <Skeleton className="h-80 rounded-md" />
  if (detail.isError) {
    return (
      <EmptyState
        icon={<Unplug />}
        title="The question could not be loaded"
        action={<Button onClick={onClose}>Back</Button>}
      >
        {errorMessageOf(detail.error)}
      </EmptyState>
    )
  }
  const wait = detail.data
  const copyLink = () =>
    void navigator.clipboard.writeText(`${location.origin}/w/${wait.token}`).then(
      () => toast('Link copied', { description: 'Whoever has it may answer.' }),
      () => toast.error('The browser did not allow copying'),
    )
  return (
    <article aria-label={wait.title} className="rounded-md border bg-surface-quiet p-4 sm:p-6">
      <header className="mb-5 flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="break-words text-lg font-semibold">{wait.title}</h2>
          <p className="text-sm text-text-quiet">
            {wait.pipelineId === null ? (
              wait.pipelineName
            ) : (
              <Link
                href={`/p/${wait.pipelineId}?run=${wait.runId}`}
                className="inline-flex items-center text-accent-text underline-offset-2 hover:underline"
              >
                {wait.pipelineName}
                <ArrowUpRight className="size-3.5" aria-hidden />
              </Link>
            )}{' '}
            · <WaitTimes since={wait.since} until={wait.end ? null : wait.until} />
          </p>
        </div>
        {wait.token === null || wait.end ? null : (
          <IconButton label="Copy the link for answering" size="sm" onClick={copyLink}>
            <Link2 />
          </IconButton>
        )}
        <Button size="sm" variant="ghost" className="lg:hidden" onClick={onClose}>
          Back
        </Button>
      </header>
      {wait.end ? (
        <WaitEndNote end={wait.end} />
      ) : (
        <AnswerPanel question={wait} onAnswer={(given) => answer(wait, given)} />
      )}
    </article>
  )
}
