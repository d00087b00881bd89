import type { JsonValue, Step } from '#pipeline/document.ts'
import type { ErrorCode } from '#pipeline/errors.ts'

/** One way in which a step type fails, and what its error must say. */
export interface FailingCase {
  type: string
  why: string
  with: (places: { server: string; nobody: string }) => Record<string, JsonValue>
  step?: Partial<Step>
  code: ErrorCode
  message: RegExp
  /** What would help. */
  fix: RegExp
  field?: string
  details?: Record<string, unknown>
  attempts?: number
}
