interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/**
 * Does the same for many at once: what is asked for while one batch is under way becomes the next one, so that a busy
 * process makes few large statements and an idle one does not wait.
 */
export class Batcher<Item, Result> {
  readonly #work: (items: Item[]) => Promise<Result[]>
  readonly #limit: number
  #waiting: Waiting<Item, Result>[] = []
  #running: Promise<void> | null = null

  /** `work` gives one result per item, in their order; when it rejects, all of its items do. */
  constructor(work: (items: Item[]) => Promise<Result[]>, limit = 500) {
    this.#work = work
    this.#limit = limit
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Resolves when nothing is waiting or under way. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #run(): Promise<void> {
    // Everything asked for in this turn of the event loop goes together.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#limit)
      try {
        const results = await this.#work(batch.map(({ item }) => item))
        for (const [index, { resolve }] of batch.entries()) resolve(results[index]!)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#running = null
  }
}
