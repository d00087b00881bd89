import { setTimeout as wait } from 'node:timers/promises'
import { pg } from './types.ts'

interface Subscription {
  onPayload: (payload: string) => void
  onReconnect?: () => void
}

const heartbeatMs = 15_000
const answerMs = 10_000

/** One connection that listens to all channels of a process, and comes back by itself when it is lost. */
export class Listener {
  readonly #url: string
  readonly #channels = new Map<string, Set<Subscription>>()
  readonly #closing = new AbortController()
  #client: pg.Client | undefined
  #connecting: Promise<pg.Client> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(url: string) {
    this.#url = url
  }

  async listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnect?: () => void,
  ): Promise<() => Promise<void>> {
    const subscription: Subscription = { onPayload, onReconnect }
    const subscriptions = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, subscriptions.add(subscription))
    try {
      const client = await this.#connected()
      // Also for a later subscriber: LISTEN twice does no harm, and returning means that it is heard from now on.
      await this.#execute(client, `listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      subscriptions.delete(subscription)
      throw error
    }
    return async () => {
      subscriptions.delete(subscription)
      if (subscriptions.size > 0 || this.#channels.get(channel) !== subscriptions) return
      this.#channels.delete(channel)
      // A lost connection listens to nothing.
      if (this.#client) await this.#execute(this.#client, `unlisten ${pg.escapeIdentifier(channel)}`).catch(() => {})
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#channels.clear()
    const client = await this.#connecting?.catch(() => undefined)
    await (client ?? this.#client)?.end().catch(() => {})
  }

  /** One after the other: the driver is about to drop its own queue. */
  async #execute(client: pg.Client, text: string): Promise<void> {
    const result = this.#turn.then(() => client.query(text))
    this.#turn = result.catch(() => {})
    await result
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined
    })
    return this.#connecting
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      keepAlive: true,
      query_timeout: answerMs,
      connectionTimeoutMillis: answerMs,
      application_name: 'orchestrator-listen',
    })
    let state: 'connecting' | 'usable' | 'lost' = 'connecting'
    let heartbeat: NodeJS.Timeout | undefined
    const lost = () => {
      if (state === 'lost') return
      clearInterval(heartbeat)
      const wasUsable = state === 'usable'
      state = 'lost'
      void client.end().catch(() => {})
      if (!wasUsable) return
      this.#client = undefined
      this.#turn = Promise.resolve()
      void this.#reconnect()
    }
    client.on('error', lost)
    client.on('end', lost)
    client.on('notification', ({ channel, payload = '' }) => {
      for (const subscription of this.#channels.get(channel) ?? []) subscription.onPayload(payload)
    })
    try {
      await client.connect()
      for (const channel of this.#channels.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      lost()
      throw error
    }
    if ((state as string) === 'lost') throw new Error('Connection terminated while it was made')
    state = 'usable'
    this.#client = client
    // A connection cut without a word (a firewall, a sleeping laptop) is only noticed by using it.
    heartbeat = setInterval(() => void this.#execute(client, 'select 1').catch(lost), heartbeatMs)
    heartbeat.unref()
    return client
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closing
    for (let delayMs = 50; !signal.aborted && this.#channels.size > 0; delayMs = Math.min(delayMs * 2, 2_000)) {
      try {
        await this.#connected()
        for (const subscriptions of this.#channels.values())
          for (const { onReconnect } of subscriptions) onReconnect?.()
        return
      } catch {
        await wait(delayMs, undefined, { signal }).catch(() => {})
      }
    }
  }
}
