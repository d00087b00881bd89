'use client'
import { useApi } from '#components/api/api.tsx'
import { useQuery } from '@tanstack/react-query'
import { ArrowUpRight } from 'lucide-react'
import Link from 'next/link'

/** The pipeline a step calls, by its name; one click opens it. */
export function CalledPipeline({ id, version }: { id: unknown; version: unknown }) {
  const api = useApi()
  const list = useQuery({
    ...api.pipelines.list.queryOptions({ limit: 200 }),
    enabled: typeof id === 'string' && id !== '',
  })
  if (typeof id !== 'string' || id === '') return <Line>Choose the pipeline to call</Line>
  const found = list.data?.items.find((pipeline) => pipeline.id === id)
  if (!found) return <Line>{list.isPending ? 'Calls …' : `Calls ${id}`}</Line>
  return (
    <Line>
      <span className="flex min-w-0 items-center gap-1">
        <span className="shrink-0">Calls</span>
        <Link
          href={`/p/${id}`}
          className="nodrag nopan flex min-w-0 items-center gap-0.5 rounded-[4px] font-medium text-text underline-offset-2 hover:underline"
          title={`Open ${found.name}`}
        >
          <span className="truncate">{found.name}</span>
          <ArrowUpRight className="size-3 shrink-0" aria-hidden />
        </Link>
        {version === undefined || version === 'latest' ? null : <span className="shrink-0">v{String(version)}</span>}
      </span>
    </Line>
  )
}

function Line({ children }: { children: React.ReactNode }) {
  return <div className="card-detail px-3 pb-2 text-xs leading-4 text-text-quiet">{children}</div>
}
