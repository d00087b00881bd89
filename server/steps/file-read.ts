import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { anyJson, defineStep } from './define-step.ts'

export const fileRead = defineStep({
  type: 'file.read',
  title: 'Read file',
  summary: 'Read {{ path or "a file" }}',
  icon: 'file-input',
  category: 'files',
  docs: `
Reads a file of the workspace. The output is \`{ path, content, size }\`.

The content is text; **As** makes it a JSON value, or base64 for files that are not text. For tables use \`data.csv\`, for
web pages and PDFs \`text.extract\`.
`,
  keywords: ['load', 'open', 'text', 'import', 'document'],
  config: z.strictObject({
    path: z.string().min(1).meta({
      title: 'Path',
      description: 'Which file of the workspace.',
      control: 'file',
      placeholder: 'notes/today.md',
    }),
    as: z.enum(['text', 'json', 'base64']).default('text').meta({
      title: 'As',
      description: 'What the content becomes.',
      control: 'select',
    }),
  }),
  output: z.object({
    path: z.string(),
    content: anyJson.meta({ description: 'Text, a JSON value or base64, as asked for.' }),
    size: z.int().meta({ description: 'In bytes.' }),
  }),
  effects: 'read',
  examples: [
    {
      title: 'Text',
      with: { path: 'notes/today.md' },
      files: { 'notes/today.md': '# Today\n' },
      output: { path: 'notes/today.md', content: '# Today\n', size: 8 },
    },
    {
      title: 'A JSON value',
      with: { path: 'limits.json', as: 'json' },
      files: { 'limits.json': '{"max": 3}' },
      output: { content: { max: 3 } },
    },
  ],
  async execute({ config: { path, as }, files }) {
    if (as === 'base64') {
      const bytes = await files.read(path)
      return { path, content: Buffer.from(bytes).toString('base64'), size: bytes.byteLength }
    }
    const text = await files.readText(path)
    const size = new TextEncoder().encode(text).byteLength
    if (as === 'text') return { path, content: text, size }
    try {
      return { path, content: JSON.parse(text) as JsonValue, size }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new OrchestratorError('step-failed', `"${path}" is not JSON: ${reason}`, {
        fix: 'Read it as text, or correct the file.',
        cause,
        retryable: false,
      })
    }
  },
})
