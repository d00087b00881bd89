import type { JsonValue } from '#pipeline/document.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { StepServices } from './engine-types.ts'

const mask = '[secret]'
/** Shorter ones would blank out ordinary text. */
const shortestSecret = 6
/** Of secrets that no step has asked for: what people enter for servers that want no key ("lm-studio") is no secret. */
const shortestKnownSecret = 12
/** A key entered meanwhile is known this soon. */
const learnAgainMs = 1_000

/** Hides the secrets of the workspace, and those a run has read, wherever they could be written down. */
export class Redactor {
  readonly #secrets = new Set<string>()
  #learning: Promise<void> | undefined
  #learnedAt = 0

  /** Learns the secrets of the workspace. Call it before anything that may send one: whoever gets a key may repeat it. */
  learn(secrets: StepServices['secrets']): Promise<void> | undefined {
    if (!secrets.values || (this.#learning && performance.now() - this.#learnedAt < learnAgainMs)) return this.#learning
    this.#learnedAt = performance.now()
    this.#learning = secrets.values().then(
      (values) => {
        for (const secret of values) if (secret.length >= shortestKnownSecret) this.#secrets.add(secret)
      },
      // A key that cannot be read cannot be sent either.
      () => {},
    )
    return this.#learning
  }

  add(secret: string): void {
    if (secret.length >= shortestSecret) this.#secrets.add(secret)
  }

  text(text: string): string {
    let redacted = text
    for (const secret of this.#secrets) redacted = redacted.replaceAll(secret, mask)
    return redacted
  }

  /** The same value when there is nothing to hide in it. */
  value<Value extends JsonValue>(value: Value): Value {
    return this.#isIn(value) ? (this.#deep(value) as Value) : value
  }

  error(error: ErrorInfo): ErrorInfo {
    // ErrorInfo is plain JSON but for its optional members.
    return this.value(error as unknown as JsonValue) as unknown as ErrorInfo
  }

  /** Looks before anything is copied: nearly every value is clean, and some are large. */
  #isIn(value: JsonValue): boolean {
    if (this.#secrets.size === 0) return false
    if (typeof value === 'string') {
      for (const secret of this.#secrets) if (value.includes(secret)) return true
      return false
    }
    if (typeof value !== 'object' || value === null) return false
    if (Array.isArray(value)) return value.some((entry) => this.#isIn(entry))
    for (const key in value) if (this.#isIn(key) || this.#isIn(value[key]!)) return true
    return false
  }

  #deep(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((entry) => this.#deep(entry))
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [this.text(key), this.#deep(entry)]))
  }
}
