'use client'
import { errorMessageOf, useApi, useLive } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Input } from '#components/ui/input.tsx'
import { LoadMore } from '#components/ui/load-more.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { LayoutGrid, List, Search, Unplug, Workflow } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { NewPipelineButtons, useNewPipeline } from './new-pipeline.tsx'
import { PipelineCard } from './pipeline-card.tsx'
import { PipelineTable } from './pipeline-table.tsx'
import { useFirstVisit } from './use-first-visit.ts'
import { useStoredChoice } from '#components/ui/use-stored-choice.ts'

/** All pipelines, last changed first. */
export function Home() {
  const api = useApi()
  const queryClient = useQueryClient()
  const [search, setSearch] = useState('')
  const wanted = useDeferredValue(search.trim())
  const [view, setView] = useStoredChoice('orchestrator.home-view', ['cards', 'list'] as const)
  const creator = useNewPipeline()
  const leaving = useFirstVisit()
  const list = useInfiniteQuery({
    ...api.pipelines.list.infiniteQueryOptions(
      { search: wanted || undefined, limit: 30 },
      { getNextPageParam: (page) => page.nextCursor },
    ),
    placeholderData: keepPreviousData,
  })
  useLive({ kind: 'runs' }, () => void queryClient.invalidateQueries(api.pipelines.list.pathFilter()))

  if (leaving) return null
  const pipelines = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        const file = event.dataTransfer.files[0]
        if (file) void creator.importFile(file)
      }}
    >
      <div className="mb-5 flex flex-wrap items-center gap-2">
        <h1 className="mr-auto text-xl font-semibold">Pipelines</h1>
        <div className="relative order-last w-full sm:order-none sm:w-64">
          <Search className="pointer-events-none absolute left-2.5 top-2 size-4 text-text-faint" aria-hidden />
          <Input
            type="search"
            aria-label="Search pipelines"
            placeholder="Search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            className="pl-8"
          />
        </div>
        <IconButton
          label={view === 'cards' ? 'Show as a list' : 'Show as cards'}
          variant="secondary"
          onClick={() => setView(view === 'cards' ? 'list' : 'cards')}
        >
          {view === 'cards' ? <List /> : <LayoutGrid />}
        </IconButton>
        <NewPipelineButtons creator={creator} />
      </div>
      {list.isPending ? (
        <CardGrid>
          {Array.from({ length: 6 }, (_, index) => (
            <Skeleton key={index} className="h-64 rounded-md" />
          ))}
        </CardGrid>
      ) : list.isError && pipelines.length === 0 ? (
        <EmptyState
          icon={<Unplug />}
          title="The list could not be loaded"
          action={<Button onClick={() => void list.refetch()}>Try again</Button>}
        >
          {errorMessageOf(list.error)}
        </EmptyState>
      ) : pipelines.length === 0 ? (
        <Nothing search={wanted} clear={() => setSearch('')} create={() => void creator.create({})} />
      ) : view === 'cards' ? (
        <CardGrid>
          {pipelines.map((pipeline) => (
            <PipelineCard key={pipeline.id} pipeline={pipeline} />
          ))}
        </CardGrid>
      ) : (
        <PipelineTable pipelines={pipelines} />
      )}
      <LoadMore query={list} />
    </div>
  )
}

function CardGrid({ children }: { children: React.ReactNode }) {
  return <div className="grid grid-cols-1 gap-4 sm:grid-cols-2 lg:grid-cols-3">{children}</div>
}

function Nothing({ search, clear, create }: { search: string; clear(): void; create(): void }) {
  if (search) {
    return (
      <EmptyState
        icon={<Search />}
        title={`No pipeline is called “${search}”`}
        action={<Button onClick={clear}>Show all</Button>}
      >
        The search looks at names and descriptions.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={<Workflow />}
      title="No pipelines yet"
      action={
        <Button variant="primary" onClick={create}>
          New pipeline
        </Button>
      }
    >
      A pipeline is a drawing that runs: add steps, join them, and watch the data go through. Or drop a YAML file here.
    </EmptyState>
  )
}
