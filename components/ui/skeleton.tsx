'use client'
import { useEffect, useState } from 'react'
import { classNames } from './class-names.ts'

/** A quiet placeholder that appears only when loading takes longer than 300 ms; it keeps its space from the start. */
export function Skeleton({ className }: { className?: string }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return <div aria-hidden className={classNames('rounded-sm', shown && 'animate-pulse bg-surface-strong', className)} />
}
