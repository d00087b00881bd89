import { OrchestratorError } from '../errors.ts'
import type { SourceRange } from './ast.ts'
import { placeOf } from './place-of.ts'

export const defaultMaxSteps = 5_000_000
export const defaultMaxBytes = 64 * 1024 * 1024
/** How deep values, macros and recursive loops may nest. */
export const maxDepth = 400

/** What one evaluation may spend, and where it stands, so that every failure has a position. */
export class Budget {
  /** The text being evaluated; evaluateDeep moves one budget over many. */
  source = ''
  at: SourceRange = { start: 0, end: 0 }
  depth = 0
  private steps: number
  private bytes: number
  private readonly maxSteps: number
  private readonly maxBytes: number

  constructor(maxSteps = defaultMaxSteps, maxBytes = defaultMaxBytes) {
    this.steps = this.maxSteps = maxSteps
    this.bytes = this.maxBytes = maxBytes
  }

  /** Spends units of work. */
  charge(steps: number): void {
    this.steps -= steps
    // Written so that NaN fails too.
    if (!(this.steps >= 0)) this.limit(`takes more than ${this.maxSteps} steps`, 'Use fewer or smaller values.')
  }

  /** Spends characters or list slots; call it before something large is made. */
  allocate(bytes: number): void {
    this.bytes -= bytes
    if (!(this.bytes >= 0))
      this.limit(`makes values larger than ${this.maxBytes} characters`, 'Use fewer or smaller values.')
  }

  enter(): void {
    this.depth += 1
    if (this.depth > maxDepth)
      this.limit(`nests more than ${maxDepth} levels deep`, 'Flatten the value, or end the recursion.')
  }

  leave(): void {
    this.depth -= 1
  }

  /** Accounts for what a function has made. */
  account(value: unknown): void {
    if (typeof value === 'string') this.allocate(value.length)
    else if (Array.isArray(value)) this.allocate(value.length * 8)
  }

  fail(message: string, at: SourceRange = this.at, fix?: string): never {
    throw this.error('expression-evaluation', message, at, fix)
  }

  limit(what: string, fix: string): never {
    throw this.error('expression-limit', `the expression ${what}`, this.at, fix)
  }

  private error(code: 'expression-evaluation' | 'expression-limit', message: string, at: SourceRange, fix?: string) {
    const expression = shorten(this.source.slice(at.start, at.end))
    const place = placeOf(this.source, at.start)
    const where = `line ${place.line}, column ${place.column}`
    return new OrchestratorError(code, `${message} (in "${expression}", ${where})`, {
      ...place,
      ...(fix === undefined ? {} : { fix }),
      details: { expression, offset: at.start, end: at.end },
      retryable: false,
    })
  }
}

function shorten(text: string): string {
  const flat = text.replace(/\s+/g, ' ')
  return flat.length > 80 ? `${flat.slice(0, 77)}...` : flat
}
