import { setTimeout as wait } from 'node:timers/promises'
import { pg } from './types.ts'

interface Subscription {
  onPayload: (payload: string) => void
  onReconnect?: () => void
}

const heartbeatMs = 15_000

/** One connection that listens to all channels of a process, and comes back by itself when it is lost. */
export class Listener {
  readonly #url: string
  readonly #channels = new Map<string, Set<Subscription>>()
  readonly #closing = new AbortController()
  #client: pg.Client | undefined
  #connecting: Promise<pg.Client> | undefined

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
      await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      subscriptions.delete(subscription)
      throw error
    }
    return async () => {
      subscriptions.delete(subscription)
      if (subscriptions.size > 0 || this.#channels.get(channel) !== subscriptions) return
      this.#channels.delete(channel)
      // A lost connection listens to nothing.
      await this.#client?.query(`unlisten ${pg.escapeIdentifier(channel)}`).catch(() => {})
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#channels.clear()
    const client = await this.#connecting?.catch(() => undefined)
    await (client ?? this.#client)?.end().catch(() => {})
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
      application_name: 'orchestrator-listen',
    })
    let usable = false
    let heartbeat: NodeJS.Timeout | undefined
    const lost = () => {
      clearInterval(heartbeat)
      if (!usable) return
      usable = false
      this.#client = undefined
      void client.end().catch(() => {})
      void this.#reconnect()
    }
    client.on('error', lost)
    client.on('end', lost)
    client.on('notification', ({ channel, payload = '' }) => {
      for (const subscription of this.#channels.get(channel) ?? []) subscription.onPayload(payload)
    })
    await client.connect()
    for (const channel of this.#channels.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    usable = true
    this.#client = client
    // A connection cut without a word (a firewall, a sleeping laptop) is only noticed by using it.
    heartbeat = setInterval(
      () => client.query({ text: 'select 1', query_timeout: heartbeatMs } as pg.QueryConfig).catch(lost),
      heartbeatMs,
    )
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
