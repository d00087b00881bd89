import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Studio } from '#components/studio/studio.tsx'

export const metadata: Metadata = { title: 'Studio' }

export default async function StudioPage({ params }: { params: Promise<{ pipelineId: string }> }) {
  const { pipelineId } = await params
  return (
    <Suspense>
      <Studio pipelineId={pipelineId} />
    </Suspense>
  )
}
