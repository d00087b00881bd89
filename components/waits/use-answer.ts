'use client'
import { apiClient, errorInfoOf, useApi } from '#components/api/api.tsx'
import { toast } from '#components/ui/toast.tsx'
import type { WaitAnswer } from '#pipeline/wait-details.ts'
import { useQueryClient } from '@tanstack/react-query'

const done = { approve: 'Approved', reject: 'Rejected', submit: 'Sent' } as const

/** Answers a question as a member of the workspace; rejects with the API's error when the answer was not taken. */
export function useAnswer(): (wait: { id: string; title: string }, answer: WaitAnswer) => Promise<void> {
  const api = useApi()
  const queryClient = useQueryClient()
  return async ({ id, title }, answer) => {
    try {
      const answered = await apiClient.waits.answer.mutate({ id, answer })
      queryClient.setQueryData(api.waits.get.queryKey({ id }), answered)
      toast.success(done[answer.kind], { description: title })
    } catch (error) {
      // Somebody was faster: whoever shows the question reads again how it ended.
      if (errorInfoOf(error)?.code === 'not-waiting') await queryClient.invalidateQueries(api.waits.get.pathFilter())
      throw error
    } finally {
      void queryClient.invalidateQueries(api.waits.list.pathFilter())
    }
  }
}
