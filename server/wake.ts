/** One reader waits here for news; news that arrives while it is busy is remembered, so none is slept through. */
export class Wake {
  #awake = false
  #resolve: (() => void) | undefined

  /** There is news. */
  wake(): void {
    this.#awake = true
    this.#resolve?.()
  }

  /** Resolves at the next news (at once, if there was any since the last wait) or when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#awake && !signal.aborted) {
      const onAbort = () => this.#resolve?.()
      signal.addEventListener('abort', onAbort, { once: true })
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
      })
      signal.removeEventListener('abort', onAbort)
      this.#resolve = undefined
    }
    this.#awake = false
  }
}
