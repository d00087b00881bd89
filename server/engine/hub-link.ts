import type { Database } from '#db/client.ts'
import { newId } from '#pipeline/new-id.ts'
import type { RunDelta } from './hub-deltas.ts'
import type { RunChanged } from './hub-types.ts'
import { channels } from './journal-statement.ts'

/** What other processes tell. */
export interface HubLinkHandlers {
  onCommitted(runId: string, seq: number): void
  onDelta(delta: RunDelta): void
  /** What running steps of this process have shown so far: of one run, or of all. */
  outputOf(runId?: string): RunDelta[]
  onRunChanged(changed: RunChanged): void
  /** The connection was lost for a while: anything may have been missed. */
  onGap(): void
}

/** A delta as it goes over the database; with `to`, only for the process that asked. */
type DeltaMessage = RunDelta & { from: string; to?: string | undefined; number: number }

/** The hub's way to the other processes on one PostgreSQL. Sending never fails: what is sent are hints, and the rows are the truth. */
export interface HubLink {
  /** Resolves when this process hears the others; it begins with the first call. */
  listening(): Promise<void>
  sendDeltas(deltas: RunDelta[]): void
  /** Asks the process that carries the run out for what its steps have shown so far. */
  askOutput(runId: string): void
  sendRunChanged(changed: RunChanged): void
  close(): Promise<void>
}

const deltaChannel = 'run_deltas'
/** Carries `<asking process>:<run>`. */
const askChannel = 'run_output_asked'
/** A payload has at most 8,000 bytes, and a character at most 6 as JSON. */
const maxCharacters = 1_200

function split({ delta, replace, ...rest }: RunDelta): RunDelta[] {
  if (delta.kind !== 'text') return [{ delta, ...rest }]
  const parts: RunDelta[] = []
  for (let from = 0; from < delta.text.length; from += maxCharacters) {
    const text = delta.text.slice(from, from + maxCharacters)
    // The first part takes the place of what came before, the others go on from it.
    parts.push({ ...rest, delta: { kind: 'text', text }, ...(replace && from === 0 && { replace }) })
  }
  return parts
}

const firstColon = (text: string): [string, string] => {
  const index = text.indexOf(':')
  return [text.slice(0, index), text.slice(index + 1)]
}

/** Links the hub of this process to the others through NOTIFY. */
export function createHubLink(database: Database, handlers: HubLinkHandlers): HubLink {
  const origin = newId()
  let starting: Promise<void> | undefined
  let stops: (() => Promise<void>)[] = []
  let answering: Promise<void> | undefined
  let stopAnswering: (() => Promise<void>) | undefined
  let waiting: { channel: string; payload: string }[] = []
  let sending: Promise<void> | undefined
  let sent = 0

  async function start(): Promise<void> {
    stops = await Promise.all([
      database.listen(
        channels.events,
        (payload) => {
          for (const notice of payload.split(',')) {
            const [runId, seq] = firstColon(notice)
            handlers.onCommitted(runId, Number(seq))
          }
        },
        handlers.onGap,
      ),
      database.listen(
        channels.changes,
        (payload) => {
          for (const notice of payload.split(',')) {
            const [workspaceId, runId] = firstColon(notice)
            handlers.onRunChanged({ workspaceId, runId })
          }
        },
        () => void tellRecentRuns(),
      ),
      database.listen(deltaChannel, (payload) => {
        const { from, to, number: _, ...delta } = JSON.parse(payload) as DeltaMessage
        if (from !== origin && (to === undefined || to === origin)) handlers.onDelta(delta)
      }),
    ])
  }

  /** Begins with the first output of ours. Whoever asked before that, or during a gap, gets all of it unasked. */
  async function startAnswering(): Promise<void> {
    const sendAll = (): void => sendDeltas(handlers.outputOf())
    const onAsk = (payload: string): void => {
      const [asking, runId] = firstColon(payload)
      if (asking !== origin) sendDeltas(handlers.outputOf(runId), asking)
    }
    stopAnswering = await database.listen(askChannel, onAsk, sendAll)
    sendAll()
  }

  function sendDeltas(deltas: RunDelta[], to?: string): void {
    // Numbered, because PostgreSQL drops equal payloads of one transaction.
    const message = (delta: RunDelta): DeltaMessage => ({ ...delta, from: origin, to, number: ++sent })
    send(
      deltaChannel,
      deltas.flatMap(split).map((delta) => JSON.stringify(message(delta))),
    )
  }

  /** After a gap: every run that may have changed meanwhile. */
  async function tellRecentRuns(): Promise<void> {
    const { rows } = await database.query<{ id: string; workspace_id: string }>(
      `select id, workspace_id from runs
       where status in ('queued', 'running') or finished_at > now() - interval '15 minutes' or created_at > now() - interval '15 minutes'
       order by created_at desc limit 1000`,
    )
    for (const { id, workspace_id } of rows) handlers.onRunChanged({ workspaceId: workspace_id, runId: id })
  }

  function send(channel: string, payloads: string[]): void {
    for (const payload of payloads) waiting.push({ channel, payload })
    sending ??= drain().finally(() => (sending = undefined))
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, 500)
      await database
        .query('select pg_notify(c, p) from unnest($1::text[], $2::text[]) as m(c, p)', [
          batch.map(({ channel }) => channel),
          batch.map(({ payload }) => payload),
        ])
        // Hints to watchers in other processes: they read the rows when they reconnect.
        .catch(() => {})
    }
  }

  return {
    listening: () =>
      (starting ??= start().catch((error) => {
        starting = undefined
        throw error
      })),
    sendDeltas(deltas) {
      sendDeltas(deltas)
      answering ??= startAnswering().catch(() => {
        answering = undefined
      })
    },
    askOutput: (runId) => send(askChannel, [`${origin}:${runId}`]),
    sendRunChanged: ({ workspaceId, runId }) => send(channels.changes, [`${workspaceId}:${runId}`]),
    async close() {
      await starting?.catch(() => {})
      await answering
      await stopAnswering?.()
      await Promise.all(stops.map((stop) => stop()))
      await sending
      waiting = []
    },
  }
}
