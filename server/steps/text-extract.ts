import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
import { defineStep } from './define-step.ts'

export const textExtract = defineStep({
  type: 'text.extract',
  title: 'Extract text',
  summary: 'Text of {{ file or "a document" }}',
  icon: 'file-text',
  category: 'text',
  docs: `
Gets the readable text out of a web page or a PDF. The output is \`{ text, title, format, pages }\`; \`pages\` is the text
page by page for a PDF and empty otherwise.

Give a file of the workspace, the HTML itself, or the bytes of a document as base64 (as \`http.request\` returns them).
Scripts, styles and navigation are left out of web pages. A scanned PDF holds pictures and no text: use \`ai.ocr\` for
those.
`,
  keywords: ['pdf', 'html', 'web page', 'document', 'convert', 'read', 'scrape', 'plain text'],
  config: z
    .strictObject({
      file: z.string().optional().meta({
        title: 'File',
        description: 'An HTML or PDF file of the workspace.',
        control: 'file',
        placeholder: '{{ inputs.document }}',
      }),
      text: z.string().optional().meta({
        title: 'HTML',
        description: 'The HTML itself, instead of a file.',
        control: 'template',
        placeholder: '{{ page.body }}',
      }),
      bytes: z.string().optional().meta({
        title: 'Bytes',
        description: 'The document as base64, instead of a file.',
        control: 'expression',
        placeholder: '{{ download.body }}',
        advanced: true,
      }),
      format: z.enum(['auto', 'html', 'pdf', 'text']).default('auto').meta({
        title: 'Format',
        description: 'Found by itself from the content when auto.',
        control: 'select',
        advanced: true,
      }),
      selector: z.string().optional().meta({
        title: 'Part of the page',
        description: 'A CSS selector for the part of a web page to read; all of it when empty.',
        control: 'text',
        placeholder: 'main article',
        advanced: true,
      }),
      links: z.boolean().default(false).meta({
        title: 'Keep links',
        description: 'Writes the address of each link behind its text.',
        control: 'toggle',
        advanced: true,
      }),
    })
    .refine((config) => [config.file, config.text, config.bytes].filter((value) => value !== undefined).length === 1, {
      error: 'Give one of file, HTML or bytes.',
      path: ['file'],
    }),
  output: z.object({
    text: z.string(),
    title: z.string().nullable().meta({ description: 'The title the document gives itself.' }),
    format: z.enum(['html', 'pdf', 'text']),
    pages: z.array(z.string()).meta({ description: 'The text of each page of a PDF.' }),
  }),
  effects: 'read',
  examples: [
    {
      title: 'A web page',
      with: {
        text: '<html><head><title>News</title><style>p { color: red }</style></head><body><h1>Hello</h1><p>All is <b>well</b> &amp; good.</p><script>track()</script></body></html>',
      },
      output: { text: 'Hello\n\nAll is well & good.', title: 'News', format: 'html', pages: [] },
    },
    {
      title: 'One part of a page, from a file',
      with: { file: 'page.html', selector: 'main' },
      files: { 'page.html': '<nav>Menu</nav><main><ul><li>One</li><li>Two</li></ul></main>' },
      output: { text: '* One\n* Two', format: 'html' },
    },
    {
      title: 'Plain text is left as it is',
      with: { file: 'note.txt' },
      files: { 'note.txt': 'Just a note.' },
      output: { text: 'Just a note.', format: 'text' },
    },
  ],
  async execute({ config, files }) {
    const bytes =
      config.text !== undefined
        ? new TextEncoder().encode(config.text)
        : config.bytes !== undefined
          ? new Uint8Array(Buffer.from(config.bytes, 'base64'))
          : await files.read(config.file ?? '')
    const format = config.format === 'auto' ? findFormat(bytes, config.file ?? '') : config.format
    if (format === 'pdf') return extractPdf(bytes)
    const text = new TextDecoder().decode(bytes)
    if (format === 'text') return { text, title: null, format, pages: [] }
    return { ...(await extractHtml(text, config.selector, config.links)), format, pages: [] }
  },
})

function findFormat(bytes: Uint8Array, name: string): 'html' | 'pdf' | 'text' {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 1024))
  if (start.includes('%PDF-')) return 'pdf'
  if (/\.x?html?$/i.test(name) || /<(?:!doctype html|html|head|body|div|p|h1|main|article|table|ul)\b/i.test(start)) {
    return 'html'
  }
  if (bytes.subarray(0, 1024).includes(0)) {
    throw new OrchestratorError(
      'step-failed',
      `${name === '' ? 'The document' : `"${name}"`} is neither HTML, PDF nor text.`,
      {
        fix: 'Convert it to PDF first; use ai.ocr for pictures.',
        retryable: false,
      },
    )
  }
  return 'text'
}

async function extractHtml(html: string, selector: string | undefined, links: boolean) {
  const { convert } = await import('html-to-text')
  const plain = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name) => ({ selector: name, options: { uppercase: false } }))
  const text = convert(html, {
    wordwrap: false,
    ...(selector === undefined ? {} : { baseElements: { selectors: [selector], returnDomByDefault: false } }),
    selectors: [
      ...plain,
      { selector: 'a', options: { ignoreHref: !links, hideLinkHrefIfSameAsText: true } },
      { selector: 'ul', options: { itemPrefix: '* ' } },
      { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false } },
      ...['img', 'nav', 'noscript', 'svg', 'template', 'iframe'].map((name) => ({ selector: name, format: 'skip' })),
    ],
  })
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1]
  return { text: text.trim(), title: title === undefined ? null : convert(title, { wordwrap: false }).trim() }
}

async function extractPdf(bytes: Uint8Array) {
  const { extractText, getDocumentProxy, getMeta } = await import('unpdf')
  try {
    // The library takes the bytes away from their owner, so it gets a copy.
    const pdf = await getDocumentProxy(bytes.slice(), { verbosity: 0 })
    try {
      const { text: pages } = await extractText(pdf, { mergePages: false })
      const { info } = await getMeta(pdf)
      const title: unknown = (info as Record<string, unknown> | undefined)?.Title
      return {
        text: pages.join('\n\n').trim(),
        title: typeof title === 'string' && title !== '' ? title : null,
        format: 'pdf' as const,
        pages,
      }
    } finally {
      await pdf.loadingTask.destroy()
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OrchestratorError('step-failed', `The PDF cannot be read: ${reason}`, {
      fix: /password/i.test(reason) ? 'Remove its password first.' : 'Check that the file is whole.',
      cause,
      retryable: false,
    })
  }
}
