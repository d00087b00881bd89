import type { Query } from '#db/client.ts'
import { OrchestratorError } from '#pipeline/errors.ts'

/** Throws `conflict` unless the run is paused and the step has an output that others may still read. */
export async function refuseEdit(query: Query, runId: string, path: string): Promise<void> {
  const { rows } = await query<{ isPaused: boolean; hasOutput: boolean }>(
    `select
      coalesce((select data ->> 'type' = 'run-paused' from run_journal
        where run_id = $1 and data ->> 'type' in ('run-paused', 'run-resumed') order by seq desc limit 1), false) as "isPaused",
      exists (select from run_journal where run_id = $1 and data ->> 'path' = $2
        and (data ->> 'type' = 'step-succeeded' or data ->> 'type' = 'step-failed' and data ->> 'handled' = 'true')
      ) as "hasOutput"`,
    [runId, path],
  )
  const { isPaused, hasOutput } = rows[0]!
  if (!isPaused) throw refusal(`Run "${runId}" is not paused: its values are in use.`, 'Pause it first.')
  if (!hasOutput) throw refusal(`Step "${path}" has no output in run "${runId}" that could be changed.`)
}

function refusal(message: string, fix?: string): OrchestratorError {
  return new OrchestratorError('conflict', message, { ...(fix && { fix }), retryable: false })
}
