import { createInterface } from 'node:readline/promises'
import type { RunEvent } from '#pipeline/events.ts'
import type { PauseAnswer } from '#server/engine/run-in-memory.ts'
import type { Terminal } from './ask-person.ts'

/** Asks at the terminal how a paused run goes on, and shows what its steps have given out so far. */
export interface Debugging {
  saw(event: RunEvent): void
  ask(pause: { path: string | null }): Promise<PauseAnswer>
}

const help = '  c: go on   s: one step   v STEP: show its output   e STEP=JSON: change it   q: cancel'
/** More of a value is cut. */
const longestValue = 2_000

/** Debugging at this process's terminal, or another one. */
export function createDebugging(terminal?: Terminal): Debugging {
  const outputs = new Map<string, unknown>()
  let isFirst = true

  async function put(at: Terminal, { path }: { path: string | null }): Promise<PauseAnswer> {
    at.print(`⏸ ${path === null ? 'paused' : `before ${path}`}`)
    if (isFirst) at.print(help)
    isFirst = false
    for (;;) {
      const [word, rest] = split((await at.ask('> ')).trim())
      if (word === '' || word === 'c') return { kind: 'resume', mode: 'continue' }
      if (word === 's') return { kind: 'resume', mode: 'step' }
      if (word === 'q') return { kind: 'cancel' }
      if (word === 'v') at.print(shown(rest))
      else if (word === 'e') {
        const edit = readEdit(rest)
        if (typeof edit !== 'string') return edit
        at.print(`  ${edit}`)
      } else at.print(help)
    }
  }

  function shown(path: string): string {
    if (!outputs.has(path)) return `  ${path} has no output. These have: ${[...outputs.keys()].join(', ')}`
    return (JSON.stringify(outputs.get(path), null, 2) ?? 'null').slice(0, longestValue)
  }

  function readEdit(text: string): PauseAnswer | string {
    const at = text.indexOf('=')
    const path = text.slice(0, at).trim()
    if (at < 1 || !outputs.has(path)) return 'No step that has ended. For example: e load={"rows": []}'
    try {
      return { kind: 'edit', path, output: { value: JSON.parse(text.slice(at + 1)) } }
    } catch (error) {
      return `That is not JSON: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  return {
    saw(event) {
      if ((event.type === 'step-succeeded' || event.type === 'value-edited') && 'value' in event.output) {
        outputs.set(event.path, event.output.value)
      }
    },
    async ask(pause) {
      if (terminal) return put(terminal, pause)
      const line = createInterface({ input: process.stdin, output: process.stderr })
      const interrupted = Promise.withResolvers<never>()
      line.once('SIGINT', () => interrupted.reject(new Error('interrupted')))
      try {
        const at: Terminal = {
          print: (text) => process.stderr.write(`${text}\n`),
          ask: (prompt) => line.question(prompt),
        }
        return await Promise.race([put(at, pause), interrupted.promise])
      } finally {
        line.close()
      }
    },
  }
}

function split(text: string): [string, string] {
  const space = text.indexOf(' ')
  return space < 0 ? [text, ''] : [text.slice(0, space), text.slice(space + 1).trim()]
}
