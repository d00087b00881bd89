'use client'
import { useApi } from '#components/api/api.tsx'
import { useBrowserValue } from '#components/ui/use-browser-value.ts'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'

const visited = 'orchestrator.visited'

/** On the very first visit, opens the welcome pipeline instead of the list; true while it is leaving. */
export function useFirstVisit(): boolean {
  const api = useApi()
  const router = useRouter()
  const stored = useBrowserValue(() => localStorage.getItem(visited), 'yes')
  // What is stored changes under way; the visit stays the first until the page is left.
  const [settled, setSettled] = useState(false)
  const first = stored === null && !settled
  const info = useQuery({ ...api.system.info.queryOptions(), enabled: first })
  const answered = info.data !== undefined
  const welcome = info.data?.welcomePipelineId
  useEffect(() => {
    if (!first || !answered || !welcome) return undefined
    router.replace(`/p/${welcome}`)
    // Leaving the page is what makes this visit not the first any more.
    return () => localStorage.setItem(visited, 'yes')
  }, [first, answered, welcome, router])
  if (first && answered && !welcome) setSettled(true)
  return first && !info.isError
}
