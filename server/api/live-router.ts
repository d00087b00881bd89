import { tracked } from '@trpc/server'
import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
import { liveTopicSchema, type LiveMessage, type LiveTopic } from './live.ts'
import { mergeStreams } from './merge-streams.ts'
import { scopedProcedure, type ApiContext } from './trpc.ts'
import { untilClosing } from './until-closing.ts'
import { withTrpcErrors } from './with-trpc-errors.ts'

/** Topic key -> last number received. The whole map is the id of every message, so one id resumes every topic. */
const cursorsSchema = z.record(z.string(), z.int().min(0))

function cursorsOf(lastEventId: string | null | undefined): Record<string, number> {
  if (!lastEventId) return {}
  try {
    const parsed = cursorsSchema.safeParse(JSON.parse(lastEventId))
    return parsed.success ? parsed.data : {}
  } catch {
    return {}
  }
}

const keyOf = (topic: LiveTopic): string =>
  topic.kind === 'draft' ? `draft:${topic.pipelineId}` : topic.kind === 'run' ? `run:${topic.runId}` : topic.kind

/** Everything a tab wants to hear over one connection; each topic resumes without a gap after a reconnect. */
export const liveProcedure = scopedProcedure
  .input(z.object({ topics: z.array(liveTopicSchema).min(1).max(50), lastEventId: z.string().nullish() }))
  .subscription(async function* ({ ctx, input, signal }) {
    const received = cursorsOf(input.lastEventId)
    const cursors: Record<string, number> = {}
    const stop = untilClosing(ctx, signal)
    const streams = input.topics.map((topic) => {
      const key = keyOf(topic)
      // Lists are read again when something changes: they have no number to go on from.
      const afterSeq = 'afterSeq' in topic ? Math.max(topic.afterSeq, received[key] ?? 0) : 0
      if ('afterSeq' in topic) cursors[key] = afterSeq
      return messagesOf(ctx, topic, afterSeq, stop)
    })
    for await (const message of withTrpcErrors(mergeStreams(streams, stop))) {
      if (message.topic === 'draft') cursors[`draft:${message.pipelineId}`] = message.seq
      if (message.topic === 'run' && message.kind === 'event') cursors[`run:${message.runId}`] = message.entry.seq
      yield tracked(JSON.stringify(cursors), message)
    }
  })

/** A topic that does not exist ends alone: the other topics of the tab go on. */
async function* messagesOf(
  context: ApiContext,
  topic: LiveTopic,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<LiveMessage> {
  const { scope, services } = context
  try {
    if (topic.kind === 'draft') {
      const { pipelineId } = topic
      for await (const change of services.drafts.changes(scope, pipelineId, afterSeq, signal)) {
        yield { topic: 'draft', pipelineId, ...change }
      }
    } else if (topic.kind === 'run') {
      const { runId } = topic
      for await (const message of services.runs.watch(scope, runId, afterSeq, signal)) {
        yield { topic: 'run', runId, ...message }
      }
      if (!signal.aborted) yield { topic: 'end', id: runId, reason: 'finished' }
    } else if (topic.kind === 'waits') {
      for await (const { open } of services.waits.changes(scope, {}, signal)) yield { topic: 'waits', open }
    } else {
      yield* runChanges(context, signal)
    }
  } catch (error) {
    if (!(error instanceof OrchestratorError && error.code === 'not-found') || !('afterSeq' in topic)) throw error
    yield { topic: 'end', id: topic.kind === 'draft' ? topic.pipelineId : topic.runId, reason: 'not-found' }
  }
}

/** Begins with the newest run: what happened before the stream was open, a list on screen learns by reading again. */
async function* runChanges({ scope, services }: ApiContext, signal: AbortSignal): AsyncGenerator<LiveMessage> {
  const changes = services.runs.changes(scope, signal)[Symbol.asyncIterator]()
  // Asked for first, so that nothing falls between the newest run and the changes after it.
  const upcoming = changes.next()
  const [newest] = (await services.runs.list(scope, { limit: 1 })).items
  if (newest) yield { topic: 'runs', run: newest }
  for (let next = await upcoming; !next.done; next = await changes.next()) yield { topic: 'runs', run: next.value }
}
