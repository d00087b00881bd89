import type { Database } from '#db/client.ts'
import { newId } from '#pipeline/new-id.ts'
import type { RunDelta } from './hub-deltas.ts'
import type { RunChanged } from './hub-types.ts'
import { channels } from './journal-statement.ts'

/** What other processes tell. */
export interface HubLinkHandlers {
  onCommitted(runId: string, seq: number): void
  onDelta(delta: RunDelta): void
  onRunChanged(changed: RunChanged): void
  /** The connection was lost for a while: anything may have been missed. */
  onGap(): void
}

/** The hub's way to the other processes on one PostgreSQL. Sending never fails: what is sent are hints, and the rows are the truth. */
export interface HubLink {
  /** Resolves when this process hears the others; it begins with the first call. */
  listening(): Promise<void>
  sendDeltas(deltas: RunDelta[]): void
  sendRunChanged(changed: RunChanged): void
  close(): Promise<void>
}

const deltaChannel = 'run_deltas'
/** A payload has at most 8,000 bytes, and a character at most 6 as JSON. */
const maxCharacters = 1_200

function split({ delta, ...rest }: RunDelta): RunDelta[] {
  if (delta.kind !== 'text') return [{ delta, ...rest }]
  const parts: RunDelta[] = []
  for (let from = 0; from < delta.text.length; from += maxCharacters) {
    parts.push({ ...rest, delta: { kind: 'text', text: delta.text.slice(from, from + maxCharacters) } })
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
  let waiting: { channel: string; payload: string }[] = []
  let sending: Promise<void> | undefined
  let sent = 0

  async function start(): Promise<void> {
    stops = await Promise.all([
      database.listen(
        channels.events,
        (payload) => {
          const [runId, seq] = firstColon(payload)
          handlers.onCommitted(runId, Number(seq))
        },
        handlers.onGap,
      ),
      database.listen(
        channels.changes,
        (payload) => {
          const [workspaceId, runId] = firstColon(payload)
          handlers.onRunChanged({ workspaceId, runId })
        },
        () => void tellRecentRuns(),
      ),
      database.listen(deltaChannel, (payload) => {
        const { from, runId, path, attempt, delta } = JSON.parse(payload) as RunDelta & { from: string }
        if (from !== origin) handlers.onDelta({ runId, path, attempt, delta })
      }),
    ])
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
    sendDeltas: (deltas) =>
      send(
        deltaChannel,
        // Numbered, because PostgreSQL drops equal payloads of one transaction.
        deltas.flatMap(split).map((delta) => JSON.stringify({ ...delta, from: origin, number: ++sent })),
      ),
    sendRunChanged: ({ workspaceId, runId }) => send(channels.changes, [`${workspaceId}:${runId}`]),
    async close() {
      await starting?.catch(() => {})
      await Promise.all(stops.map((stop) => stop()))
      await sending
      waiting = []
    },
  }
}
