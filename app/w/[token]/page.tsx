import type { Metadata } from 'next'
import { TokenPage } from '#components/waits/waits.ts'

/** Whoever has the link may answer: it must not be found by searching. */
export const metadata: Metadata = { title: 'A question for you', robots: { index: false, follow: false } }

export default async function WaitPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  return <TokenPage token={token} />
}
