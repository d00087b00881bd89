/** What the pool asks of a sandbox worker. The input travels as JSON text. */
export interface CodeJob {
  code: string
  input: string
  timeoutMs: number
  memoryMb: number
}

export interface CodeLog {
  level: 'info' | 'warn' | 'error'
  message: string
}

/** What a sandbox worker answers: JSON text, or why there is none, with the place in the user's code. */
export type CodeAnswer =
  | { ok: true; output: string; logs: CodeLog[] }
  | {
      ok: false
      reason: 'failed' | 'time' | 'memory' | 'stack'
      message: string
      line?: number
      column?: number
      logs: CodeLog[]
    }
