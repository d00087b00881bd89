'use client'
import { apiClient, errorInfoOf, errorMessageOf, useApi } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Logo } from '#components/ui/logo.tsx'
import { Markdown } from '#components/ui/markdown.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { WaitAnswer } from '#pipeline/wait-details.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link2Off, Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import { AnswerPanel, type Question } from './answer-panel.tsx'
import { WaitEndNote } from './wait-end.tsx'
import { WaitTimes } from './wait-times.tsx'
import { WaitValue } from './wait-value.tsx'

/** One question for whoever has its link, made for a phone: nothing of the studio, no account. */
export function TokenPage({ token }: { token: string }) {
  const api = useApi()
  const queryClient = useQueryClient()
  const wait = useQuery({
    ...api.waits.byToken.queryOptions({ token }),
    // Somebody else may answer while the page is open; once answered nothing changes any more.
    refetchInterval: ({ state }) => (state.data?.end || state.error ? false : 10_000),
  })
  const key = api.waits.byToken.queryKey({ token })
  const answer = async (given: WaitAnswer, name: string | undefined) => {
    try {
      const answered = await apiClient.waits.answerByToken.mutate({ token, answer: given, ...(name ? { name } : {}) })
      queryClient.setQueryData(key, answered)
    } catch (error) {
      // Somebody was faster: the page then says who.
      if (errorInfoOf(error)?.code === 'not-waiting') await queryClient.invalidateQueries({ queryKey: key })
      throw error
    }
  }
  if (wait.isPending) {
    return (
      <Frame>
        <Skeleton className="h-64 rounded-md" />
      </Frame>
    )
  }
  if (wait.isError) {
    const gone = errorInfoOf(wait.error)?.code === 'not-found'
    return (
      <Frame>
        <EmptyState
          icon={gone ? <Link2Off /> : <Unplug />}
          title={gone ? 'This link leads nowhere' : 'The question could not be loaded'}
          action={gone ? null : <Button onClick={() => void wait.refetch()}>Try again</Button>}
        >
          {gone ? 'It may be cut short, or what it asked about is deleted.' : errorMessageOf(wait.error)}
        </EmptyState>
      </Frame>
    )
  }
  const question = wait.data
  return (
    <Frame pipelineName={question.pipelineName}>
      <header>
        <h1 className="break-words text-xl font-semibold">{question.title}</h1>
        <p className="mt-1 text-sm text-text-quiet">
          <WaitTimes since={question.since} until={question.end ? null : question.until} />
        </p>
      </header>
      {question.end ? (
        <Answered question={question} end={question.end} />
      ) : (
        <AnswerPanel question={question} asksName sticky onAnswer={answer} />
      )}
    </Frame>
  )
}

function Answered({ question, end }: { question: Question; end: NonNullable<Question['end']> }) {
  return (
    <>
      <WaitEndNote end={end} />
      {question.details.text ? (
        <div className="text-text-quiet">
          <Markdown text={question.details.text} />
        </div>
      ) : null}
      {question.kind === 'approval' && question.details.value !== undefined ? (
        <section aria-label="What was asked" className="rounded-md border bg-surface p-4">
          <WaitValue value={question.details.value} />
        </section>
      ) : null}
    </>
  )
}

function Frame({ pipelineName, children }: { pipelineName?: string; children: ReactNode }) {
  return (
    <div className="mx-auto flex min-h-dvh max-w-xl flex-col gap-5 px-4 pt-4 max-sm:bg-surface-quiet/0 sm:py-12">
      <p className="flex h-6 items-center gap-2 text-sm text-text-quiet">
        <Logo className="size-5" />
        <span className="truncate">{pipelineName ?? 'Orchestrator'}</span>
      </p>
      <main className="flex flex-1 flex-col gap-5 max-sm:[&>form]:flex-1 max-sm:[&>form>:last-child]:mt-auto">
        {children}
      </main>
    </div>
  )
}
