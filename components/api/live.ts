import type { LiveMessage, LiveTopic } from '#server/api/live.ts'
import { apiClient } from './client.ts'

export type { LiveMessage, LiveTopic }

/** State of the tab's one stream: `live`, or `connecting` while it is (re)opened. */
export type LiveState = 'idle' | 'connecting' | 'live'

interface Subscriber {
  topic: LiveTopic
  onMessage(message: LiveMessage): void
}

/** How long a hidden tab keeps its connection: browsers have about six for all tabs of an address. */
const hiddenGraceMs = 30_000

/**
 * The one event stream of this tab. Topics come and go with what is on screen; each change reopens the stream with the
 * numbers received so far, so that no message is lost or seen twice.
 */
export class LiveStream {
  #subscribers = new Set<Subscriber>()
  #connection: { unsubscribe(): void } | null = null
  #reopening = false
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined
  #state: LiveState = 'idle'
  #stateListeners = new Set<() => void>()
  #client: typeof apiClient

  constructor(client: typeof apiClient) {
    this.#client = client
    if (typeof document !== 'undefined') document.addEventListener('visibilitychange', () => this.#onVisibility())
  }

  get state(): LiveState {
    return this.#state
  }

  /** Calls back whenever `state` changes; returns the function that ends it. */
  onStateChange(listener: () => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  /** Messages of one topic until the returned function is called. `afterSeq` is the last number the caller already has. */
  subscribe(topic: LiveTopic, onMessage: (message: LiveMessage) => void): () => void {
    const subscriber: Subscriber = { topic: { ...topic }, onMessage }
    this.#subscribers.add(subscriber)
    this.#reopenSoon()
    return () => {
      if (this.#subscribers.delete(subscriber)) this.#reopenSoon()
    }
  }

  #deliver(message: LiveMessage): void {
    for (const subscriber of [...this.#subscribers]) {
      const { topic } = subscriber
      if (topic.kind === 'draft') {
        const mine = message.topic === 'draft' && message.pipelineId === topic.pipelineId
        if (mine && message.seq > topic.afterSeq) {
          topic.afterSeq = message.seq
          subscriber.onMessage(message)
        }
      } else if (topic.kind === 'run') {
        if (message.topic !== 'run' || message.runId !== topic.runId) continue
        if (message.kind === 'event') {
          if (message.entry.seq <= topic.afterSeq) continue
          topic.afterSeq = message.entry.seq
        }
        subscriber.onMessage(message)
      } else if (message.topic === topic.kind) subscriber.onMessage(message)
    }
    if (message.topic === 'end') this.#drop(message)
  }

  /** A topic that has ended is not asked for again, and its subscriber learns why it is silent. */
  #drop(message: LiveMessage & { topic: 'end' }): void {
    for (const subscriber of [...this.#subscribers]) {
      const { topic } = subscriber
      const id = topic.kind === 'draft' ? topic.pipelineId : topic.kind === 'run' ? topic.runId : null
      if (id !== message.id) continue
      this.#subscribers.delete(subscriber)
      subscriber.onMessage(message)
    }
  }

  /** Topics that come and go together (a page change) make one new connection. */
  #reopenSoon(): void {
    if (this.#reopening) return
    this.#reopening = true
    setTimeout(() => {
      this.#reopening = false
      this.#open()
    }, 10)
  }

  #open(): void {
    this.#connection?.unsubscribe()
    this.#connection = null
    const topics = mergeTopics([...this.#subscribers].map((subscriber) => subscriber.topic))
    if (topics.length === 0) return this.#setState('idle')
    this.#setState('connecting')
    // The client may report its first state before `subscribe` returns.
    let connection: { unsubscribe(): void } | null = null
    connection = this.#client.live.subscribe(
      { topics },
      {
        onData: ({ data }) => this.#deliver(data),
        onStarted: () => this.#setState('live'),
        onConnectionStateChange: ({ state }) => {
          if (connection === null || this.#connection !== connection) return
          this.#setState(state === 'pending' ? 'live' : 'connecting')
        },
        // The server ended the stream or answered with an error instead of one: it is restarting, say.
        onComplete: () => this.#openAgain(connection),
        onError: () => this.#openAgain(connection),
      },
    )
    this.#connection = connection
  }

  #openAgain(ended: { unsubscribe(): void } | null): void {
    if (ended === null || this.#connection !== ended) return
    this.#connection = null
    if (this.#subscribers.size === 0) return this.#setState('idle')
    this.#setState('connecting')
    setTimeout(() => {
      if (this.#connection === null) this.#open()
    }, 1_000)
  }

  #onVisibility(): void {
    clearTimeout(this.#hiddenTimer)
    if (document.visibilityState === 'hidden') {
      this.#hiddenTimer = setTimeout(() => {
        this.#connection?.unsubscribe()
        this.#connection = null
        this.#setState('idle')
      }, hiddenGraceMs)
    } else if (this.#connection === null && this.#subscribers.size > 0) this.#open()
  }

  #setState(state: LiveState): void {
    if (this.#state === state) return
    this.#state = state
    for (const listener of this.#stateListeners) listener()
  }
}

/** Two subscribers of one topic share it, from the smaller number on; each leaves out what it already has. */
function mergeTopics(topics: LiveTopic[]): LiveTopic[] {
  const byKey = new Map<string, LiveTopic>()
  for (const topic of topics) {
    const key =
      topic.kind === 'draft' ? `draft:${topic.pipelineId}` : topic.kind === 'run' ? `run:${topic.runId}` : topic.kind
    const known = byKey.get(key)
    if (!known || !('afterSeq' in known) || !('afterSeq' in topic)) byKey.set(key, { ...topic })
    else known.afterSeq = Math.min(known.afterSeq, topic.afterSeq)
  }
  return [...byKey.values()]
}

/** The stream of this tab; code outside React subscribes here, components with `useLive`. */
export const live = new LiveStream(apiClient)
