'use client'
import { useApi } from '#components/api/api.tsx'
import { useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import Link from 'next/link'

/** Why a run has not begun: it waits for its turn, or for a worker that does not exist. */
export function WhyQueued({ runId }: { runId: string }) {
  const api = useApi()
  const run = useQuery({ ...api.runs.get.queryOptions({ runId }), refetchInterval: 3_000 })
  const blocked = run.data?.blocked
  if (!blocked) return run.data?.status === 'queued' ? 'Waiting for a free worker.' : 'Waiting for the first step.'
  return (
    <span className="flex items-start gap-2">
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-waiting" aria-hidden />
      <span>
        It cannot begin: {blocked.message}. {blocked.fix}{' '}
        <Link href="/workers" className="text-accent-text underline underline-offset-2">
          Workers
        </Link>
      </span>
    </span>
  )
}
