'use client'
import dynamic from 'next/dynamic'
import { StudioSkeleton } from './studio-skeleton.tsx'

/**
 * One pipeline in the full window. In the browser only: there is nothing in it that a server could draw, and Yjs must
 * exist once per process, which the server's own copy already takes.
 */
export const Studio = dynamic(() => import('./opened-studio.tsx').then((module) => module.OpenedStudio), {
  ssr: false,
  loading: StudioSkeleton,
})
