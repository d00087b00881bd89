'use client'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { useEffect, useState } from 'react'

/** Where things will be; not shown for the first 300 ms. */
export function StudioSkeleton() {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return (
    <main className="relative h-dvh overflow-hidden bg-canvas" aria-busy>
      <span className="sr-only" role="status">
        Opening the pipeline
      </span>
      {shown ? (
        <div aria-hidden>
          <Skeleton className="absolute left-3 top-3 h-11 w-72 rounded-md" />
          <Skeleton className="absolute right-3 top-3 h-11 w-44 rounded-md" />
          <Skeleton className="absolute left-3 top-18 hidden h-64 w-11 rounded-md min-[900px]:block" />
          <Skeleton className="absolute left-1/4 top-1/3 h-20 w-60 rounded-md" />
          <Skeleton className="absolute left-1/2 top-1/3 h-20 w-60 rounded-md" />
        </div>
      ) : null}
    </main>
  )
}
