import { z } from 'zod'
import type { DraftChange } from '#server/pipelines/pipeline-records.ts'
import type { RunMessage, RunSummary } from '#server/runs/run-records.ts'

/**
 * What one browser tab wants to hear about. Everything goes over one stream per tab, because HTTP/1.1 gives a browser
 * about six connections for all its tabs. `afterSeq` is the last number the tab has; the stream goes on after it.
 */
export const liveTopicSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('draft'), pipelineId: z.string(), afterSeq: z.int().min(0) }),
  z.object({ kind: z.literal('run'), runId: z.string(), afterSeq: z.int().min(0) }),
  z.object({ kind: z.literal('runs') }),
  z.object({ kind: z.literal('waits') }),
])

export type LiveTopic = z.infer<typeof liveTopicSchema>

/** One message of the stream, addressed by the topic it belongs to. */
export type LiveMessage =
  | ({ topic: 'draft'; pipelineId: string } & DraftChange)
  | ({ topic: 'run'; runId: string } & RunMessage)
  /** A run of the workspace was created or changed its status; once at the start, so that lists read before are read again. */
  | { topic: 'runs'; run: RunSummary }
  /** How many questions to people are open in the workspace: at the start, and whenever that may have changed. */
  | { topic: 'waits'; open: number }
  /** Nothing more will follow for this pipeline or run: the run is over, or it does not exist (any more). */
  | { topic: 'end'; id: string; reason: 'finished' | 'not-found' }
