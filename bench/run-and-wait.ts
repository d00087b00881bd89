import type { JsonValue, PipelineDocument } from '#pipeline/document.ts'
import type { JournalEntry } from '#pipeline/events.ts'
import { localScope } from '#server/auth/scope.ts'
import type { Engine } from '#server/engine/engine.ts'

/** Starts a run of the document; resolves to its id. */
export const startRun = (
  engine: Engine,
  document: PipelineDocument,
  inputs: Record<string, JsonValue> = {},
): Promise<string> => engine.start({ scope: localScope, pipelineName: document.name, document, inputs })

/** Whether a run has ended with this entry; throws when it did not end well. */
export function isEnd({ event }: JournalEntry): boolean {
  if (event.type === 'run-failed') throw new Error(event.error.message)
  if (event.type === 'run-cancelled') throw new Error('the run was cancelled')
  return event.type === 'run-succeeded'
}

/** Watches a run to its end. */
export async function finishRun(engine: Engine, runId: string): Promise<void> {
  const stop = new AbortController()
  for await (const signal of engine.watch(runId, 0, stop.signal)) {
    if (signal.kind === 'event' && isEnd(signal.entry)) break
  }
  stop.abort()
}
