/** Lets a number of holders through at a time; the others wait in line, by priority, then first come. */
export class Limiter {
  readonly #limit: number
  #held = 0
  /** Lines by priority, highest first; none is empty. */
  readonly #lines: { priority: number; waiting: Set<() => void> }[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  get held(): number {
    return this.#held
  }

  /** Takes a place at once (undefined), or resolves when there is one. An aborted wait resolves to false, without a place. */
  acquire(signal: AbortSignal, priority = 0): undefined | Promise<boolean> {
    if (this.#held < this.#limit) {
      this.#held += 1
      return undefined
    }
    return new Promise((resolve) => {
      const waiting = this.#lineOf(priority)
      const grant = (): void => {
        signal.removeEventListener('abort', refuse)
        resolve(true)
      }
      const refuse = (): void => {
        waiting.delete(grant)
        this.#dropEmpty()
        resolve(false)
      }
      waiting.add(grant)
      signal.addEventListener('abort', refuse, { once: true })
    })
  }

  /** Gives a place back: to the first in line, if there is one. */
  release(): void {
    const line = this.#lines[0]
    if (!line) {
      this.#held -= 1
      return
    }
    for (const next of line.waiting) {
      line.waiting.delete(next)
      this.#dropEmpty()
      next()
      return
    }
  }

  #lineOf(priority: number): Set<() => void> {
    const index = this.#lines.findIndex((line) => line.priority <= priority)
    const found = this.#lines[index]
    if (found?.priority === priority) return found.waiting
    const waiting = new Set<() => void>()
    this.#lines.splice(index < 0 ? this.#lines.length : index, 0, { priority, waiting })
    return waiting
  }

  #dropEmpty(): void {
    const empty = this.#lines.findIndex(({ waiting }) => waiting.size === 0)
    if (empty >= 0) this.#lines.splice(empty, 1)
  }
}
