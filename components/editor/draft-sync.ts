import * as Y from 'yjs'
import { type DraftTransport, PushRefusedError } from './draft-transport.ts'
import type { SaveState } from './editor-state.ts'

/** Origin of updates that came from the server. */
export const remoteOrigin = { remote: true }

/** Milliseconds: long enough to send a burst of typing as one update. */
const quietMs = 200
const retryMs = [1_000, 2_000, 4_000, 8_000]

export interface DraftSync {
  /** Sends what is waiting without delay; resolves when the server has it or could not be reached. */
  flush(): Promise<void>
  /** Whether the server lacks something. */
  readonly pending: boolean
  /** Sends what is waiting and stops. */
  close(): void
}

/**
 * Keeps a draft and the server's copy equal. Local updates go out in order, merged while one is under way, and again
 * until the server has them; updates of other tabs come in. Yjs makes both idempotent.
 */
export function syncDraft(options: {
  doc: Y.Doc
  afterSeq: number
  client: string
  transport: DraftTransport
  onState(state: SaveState): void
}): DraftSync {
  const { doc, client, transport, onState } = options
  let waiting: Uint8Array[] = []
  let sending: Promise<void> | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let refused = false
  let closed = false

  const onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === remoteOrigin) return
    waiting.push(update)
    if (refused) return
    if (failures === 0) onState('saving')
    if (!sending && failures === 0) schedule(quietMs)
  }
  const schedule = (delayMs: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void send(), delayMs)
  }
  const send = (): Promise<void> => {
    clearTimeout(timer)
    sending ??= sendAll().finally(() => {
      sending = null
    })
    return sending
  }
  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0 && !refused) {
      const count = waiting.length
      const update = count === 1 ? waiting[0]! : Y.mergeUpdates(waiting)
      try {
        await transport.push(update, client)
        waiting = waiting.slice(count)
        failures = 0
      } catch (error) {
        if (error instanceof PushRefusedError) {
          refused = true
          onState('refused')
          return
        }
        onState('offline')
        if (!closed) schedule(retryMs[Math.min(failures, retryMs.length - 1)]!)
        failures++
        return
      }
    }
    if (!refused) onState('saved')
  }
  const onOnline = (): void => {
    if (waiting.length > 0 && !refused) void send()
  }

  doc.on('update', onUpdate)
  const unsubscribe = transport.subscribe(options.afterSeq, (change) => {
    if (change.client !== client) Y.applyUpdate(doc, change.update, remoteOrigin)
  })
  if (typeof window !== 'undefined') window.addEventListener('online', onOnline)

  return {
    flush: async () => {
      await sending
      if (waiting.length > 0 && !refused) await send()
    },
    get pending() {
      return waiting.length > 0
    },
    close: () => {
      closed = true
      doc.off('update', onUpdate)
      unsubscribe()
      clearTimeout(timer)
      if (typeof window !== 'undefined') window.removeEventListener('online', onOnline)
      if (waiting.length > 0 && !refused) void send()
    },
  }
}
