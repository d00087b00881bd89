import type { ControlSignal } from './control-signal.ts'
import type { AnswerPayload, StoredSignal } from './run-signals.ts'

/** A signal for the executor, with the id of its row. */
export interface GivenSignal {
  id: string
  /** Null for one of a kind this version does not know: it is taken all the same, or the run would be woken for it for ever. */
  signal: ControlSignal | null
}

/**
 * Gives one run in hand what is said to it, each signal once and in order. Their rows stay until the events that come of them are
 * durable, so they are met again here.
 */
export class SignalIntake {
  readonly #read: () => Promise<StoredSignal[]>
  #seen = new Set<string>()
  #give: ((given: GivenSignal) => void) | null = null
  #reading: Promise<void> | null = null
  #again = false

  constructor(read: () => Promise<StoredSignal[]>) {
    this.#read = read
  }

  /** Whether it was asked to read while it was not open. */
  get isBehind(): boolean {
    return this.#again
  }

  /** What is there and was not given before: for a run that is about to begin. */
  async take(): Promise<GivenSignal[]> {
    const stored = await this.#read()
    const fresh = stored.filter(({ id }) => !this.#seen.has(id))
    this.#seen = new Set(stored.map(({ id }) => id))
    return fresh.map((signal) => ({ id: signal.id, signal: controlSignalOf(signal) }))
  }

  /** From now on signals go here. */
  open(give: (given: GivenSignal) => void): void {
    this.#give = give
  }

  /** Reads what is new, once it is open; asked for while it reads, it reads once more. */
  read(): Promise<void> {
    this.#again = true
    if (!this.#give) return Promise.resolve()
    this.#reading ??= this.#readAll(this.#give).finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #readAll(give: (given: GivenSignal) => void): Promise<void> {
    while (this.#again) {
      this.#again = false
      for (const given of await this.take()) give(given)
    }
  }
}

/** A stored signal as the executor takes it. */
function controlSignalOf({ kind, path, payload, by }: StoredSignal): ControlSignal | null {
  const facts = (payload ?? {}) as Record<string, never>
  switch (kind) {
    case 'answer': {
      const { wait, answer } = payload as unknown as AnswerPayload
      return { kind, path: path!, wait, answer }
    }
    case 'edit':
      return { kind, path: path!, output: facts.output!, by }
    case 'resume':
      return { kind, mode: facts.mode ?? 'continue', by }
    case 'breakpoints':
      return { kind, breakpoints: facts.breakpoints ?? [] }
    case 'pause':
    case 'cancel':
      return { kind, by }
    default:
      return null
  }
}
