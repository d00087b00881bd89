import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import { decodePieces, linesOfPieces } from '#pipeline/decode-pieces.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { anyJson, defineStep } from './define-step.ts'

export const dataJson = defineStep({
  type: 'data.json',
  title: 'Read JSON',
  summary: 'Value of {{ file or ("a text" if text else "a file") }}',
  icon: 'file-braces',
  category: 'data',
  docs: `
Reads a value from a JSON file or text. The output is the value itself.

JSON Lines (one value per line) become a list; files that end in \`.jsonl\` or \`.ndjson\` are read that way by themselves.

The port \`stream\` hands the values of a list, or the lines while they are still being read, on to a \`flow.map\`; the step's
own value is \`null\` then.
`,
  keywords: ['load', 'parse', 'import', 'jsonl', 'ndjson', 'object', 'decode'],
  config: z
    .strictObject({
      file: z.string().optional().meta({
        title: 'File',
        description: 'A JSON file of the workspace.',
        control: 'file',
        placeholder: '{{ inputs.data }}',
      }),
      text: anyJson.optional().meta({
        title: 'Text',
        description: 'The JSON itself, instead of a file.',
        control: 'template',
        placeholder: '{{ answer.text }}',
      }),
      format: z.enum(['auto', 'json', 'lines']).default('auto').meta({
        title: 'Format',
        description: 'One value, or one value per line.',
        control: 'select',
        advanced: true,
      }),
    })
    .refine((config) => (config.file === undefined) !== (config.text === undefined), {
      error: 'Give either a file or a text.',
      path: ['file'],
    }),
  outputPorts: [{ name: 'out' }, { name: 'stream', title: 'Values one after the other' }],
  output: anyJson,
  effects: 'read',
  examples: [
    {
      title: 'A file',
      with: { file: 'settings.json' },
      files: { 'settings.json': '{ "city": "Bern", "tags": ["a", "b"] }' },
      output: { city: 'Bern', tags: ['a', 'b'] },
    },
    { title: 'A text', with: { text: '[1, 2, 3]' }, output: [1, 2, 3] },
    {
      title: 'One value per line',
      with: { file: 'events.jsonl' },
      files: { 'events.jsonl': '{"id":1}\n{"id":2}\n' },
      output: [{ id: 1 }, { id: 2 }],
    },
  ],
  async execute({ config, files, streaming, ...context }) {
    // A lone expression may give a value that is JSON already.
    const whole = config.text !== undefined && typeof config.text !== 'string' ? config.text : undefined
    const name = config.file === undefined ? 'The text' : `"${config.file}"`
    const lines =
      config.format === 'lines' || (config.format === 'auto' && /\.(jsonl|ndjson)$/i.test(config.file ?? ''))
    if (whole !== undefined || !lines) {
      const value =
        whole ?? parseJson(withoutMark(String(config.text ?? (await files.readText(config.file ?? '')))), name, 1)
      if (!streaming) return value
      for (const part of partsOf(Array.isArray(value) ? value : [value])) await context.yield(part)
      return null
    }
    const texts =
      config.file === undefined ? [String(config.text)] : decodePieces(files.readStream(config.file), config.file)
    const values: JsonValue[] = []
    for await (const { lines: group, first } of linesOfPieces(texts)) {
      const parsed = group.flatMap((line, index) => {
        const text = withoutMark(line)
        return text.trim() === '' ? [] : [parseJson(text, name, first + index)]
      })
      if (streaming) await context.yield(parsed)
      else for (const value of parsed) values.push(value)
    }
    return streaming ? null : values
  },
})

const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '')

/** A long list in parts that are handed on one after the other. */
function* partsOf(list: JsonValue[]): Generator<JsonValue[]> {
  for (let from = 0; from < list.length; from += 1_000) yield list.slice(from, from + 1_000)
}

function parseJson(text: string, name: string, firstLine: number): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.trimEnd().length)
    const before = text.slice(0, position).split('\n')
    const line = firstLine + before.length - 1
    const column = (before.at(-1)?.length ?? 0) + 1
    const reason = message.replace(/ in JSON at position.*$/s, '').replace(/, (?:\.\.\.)?".*$/s, '')
    throw new OrchestratorError('step-failed', `${name} is not JSON: ${reason} (line ${line}, column ${column}).`, {
      fix: 'Check for missing quotes, commas or brackets there.',
      details: { line, column, near: text.slice(Math.max(0, position - 20), position + 20) },
      cause,
      retryable: false,
    })
  }
}
