import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import { anyJson, defineStep } from './define-step.ts'

export const fileWrite = defineStep({
  type: 'file.write',
  title: 'Write file',
  summary: '{{ "Append to" if append else "Write" }} {{ path or "a file" }}',
  icon: 'file-output',
  category: 'files',
  docs: `
Writes a file into the workspace, or appends to one. The output is \`{ path, size }\`.

Text is written as it is. Other values become JSON; a list of rows becomes a table when the path ends in \`.csv\`, and one
value per line when it ends in \`.jsonl\`. Appended text ends with a line break, so that each append is a line of its own.
Steps that append to one file at the same time never mix their lines.
`,
  keywords: ['save', 'store', 'export', 'append', 'log', 'csv', 'json', 'download'],
  config: z.strictObject({
    path: z.string().min(1).meta({
      title: 'Path',
      description: 'Where in the workspace; folders are made as needed.',
      control: 'text',
      placeholder: 'reports/{{ run.id }}.md',
    }),
    content: anyJson.meta({
      title: 'Content',
      description: 'Text, or a value that becomes JSON or CSV.',
      control: 'template',
      placeholder: '{{ report }}',
    }),
    append: z.boolean().default(false).meta({
      title: 'Append',
      description: 'Adds to the end of the file instead of replacing it.',
      control: 'toggle',
    }),
    encoding: z.enum(['text', 'base64']).default('text').meta({
      title: 'Content is',
      description: 'base64 for content that is not text, such as a picture.',
      control: 'select',
      advanced: true,
    }),
    line_break: z.boolean().default(true).meta({
      title: 'End appended text with a line break',
      description: 'Unless it ends with one already.',
      control: 'toggle',
      advanced: true,
    }),
  }),
  output: z.object({
    path: z.string().meta({ description: 'Where it was written.' }),
    size: z.int().meta({ description: 'Of the whole file, in bytes.' }),
  }),
  effects: 'write',
  examples: [
    {
      title: 'A text',
      with: { path: 'hello.txt', content: 'Hello {{ name }}' },
      scope: { name: 'Ada' },
      output: { path: 'hello.txt', size: 9 },
    },
    {
      title: 'A line at the end of a log',
      with: { path: 'log.txt', content: 'two', append: true },
      files: { 'log.txt': 'one\n' },
      output: { size: 8 },
    },
    {
      title: 'Rows as a table',
      with: { path: 'people.csv', content: '{{ rows }}' },
      scope: { rows: [{ name: 'Ada', note: 'says "hi", twice' }] },
      output: { path: 'people.csv', size: 35 },
    },
  ],
  async execute({ config, files }) {
    const { path, content, append } = config
    if (config.encoding === 'base64' && typeof content === 'string') {
      const bytes = new Uint8Array(Buffer.from(content, 'base64'))
      return append ? files.append(path, bytes) : files.write(path, bytes)
    }
    const withHeader = !append || !(await files.exists(path))
    const text = toText(path, content, withHeader, append)
    if (!append) return files.write(path, text)
    return files.append(path, config.line_break && !text.endsWith('\n') ? `${text}\n` : text)
  },
})

function toText(path: string, content: JsonValue, withHeader: boolean, append: boolean): string {
  if (typeof content === 'string') return content
  if (content === null) return ''
  if (/\.csv$/i.test(path) && isRows(content)) return toCsv(content, withHeader)
  if (/\.(jsonl|ndjson)$/i.test(path)) {
    return (Array.isArray(content) ? content : [content]).map((value) => `${JSON.stringify(value)}\n`).join('')
  }
  if (typeof content !== 'object') return String(content)
  // A value that is appended stays on one line of its own.
  return append ? JSON.stringify(content) : `${JSON.stringify(content, null, 2)}\n`
}

type Row = Record<string, JsonValue>

function isRows(content: JsonValue): content is Row[] {
  return (
    Array.isArray(content) &&
    content.length > 0 &&
    content.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row))
  )
}

function toCsv(rows: Row[], withHeader: boolean): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cell = (value: JsonValue | undefined) => {
    if (value === null || value === undefined) return ''
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(','))
  return [...(withHeader ? [columns.map((column) => cell(column)).join(',')] : []), ...lines, ''].join('\n')
}
