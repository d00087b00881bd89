import type { JsonValue } from '#pipeline/document.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'

const mask = '[secret]'
/** Shorter ones would blank out ordinary text. */
const shortestSecret = 6

/** Hides the secrets a run has read wherever they could be written down. */
export class Redactor {
  readonly #secrets = new Set<string>()

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
    if (this.#secrets.size === 0) return value
    return this.#deep(value) as Value
  }

  error(error: ErrorInfo): ErrorInfo {
    // ErrorInfo is plain JSON but for its optional members.
    return this.#secrets.size === 0 ? error : (this.#deep(error as unknown as JsonValue) as unknown as ErrorInfo)
  }

  #deep(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((entry) => this.#deep(entry))
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [this.text(key), this.#deep(entry)]))
  }
}
