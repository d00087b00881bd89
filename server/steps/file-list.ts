import { z } from 'zod'
import { defineStep } from './define-step.ts'

export const fileList = defineStep({
  type: 'file.list',
  title: 'List files',
  summary: 'Files in {{ folder or "the workspace" }}{% if extension %} ending in .{{ extension }}{% endif %}',
  icon: 'folder-open',
  category: 'files',
  docs: `
Lists the files of the workspace. The output is \`{ files, count }\`; each file has its \`path\`, \`name\`, \`size\` in bytes
and \`media_type\`. Put the list into \`flow.map\` to work on each file.
`,
  keywords: ['folder', 'directory', 'find', 'ls', 'documents'],
  config: z.strictObject({
    folder: z.string().default('').meta({
      title: 'Folder',
      description: 'Only files in this folder and below it; all when empty.',
      control: 'text',
      placeholder: 'invoices',
    }),
    extension: z.string().default('').meta({
      title: 'Ending',
      description: 'Only files with this ending; all when empty.',
      control: 'text',
      placeholder: 'pdf',
    }),
  }),
  output: z.object({
    files: z.array(
      z.object({
        path: z.string(),
        name: z.string().meta({ description: 'The last part of the path.' }),
        size: z.int().meta({ description: 'In bytes.' }),
        media_type: z.string(),
      }),
    ),
    count: z.int(),
  }),
  effects: 'read',
  examples: [
    {
      title: 'The texts of a folder',
      with: { folder: 'inbox', extension: 'txt' },
      files: { 'inbox/a.txt': 'a', 'inbox/b.csv': 'b', 'index.txt': 'c' },
      output: { files: [{ path: 'inbox/a.txt', name: 'a.txt', size: 1, media_type: 'text/plain' }], count: 1 },
    },
  ],
  async execute({ config, files }) {
    const folder = config.folder.replace(/^\.?\/+|\/+$/g, '')
    const ending = config.extension.replace(/^\./, '').toLowerCase()
    const found = await files.list(folder === '' ? '' : `${folder}/`)
    const listed = found
      .filter(({ path }) => ending === '' || path.toLowerCase().endsWith(`.${ending}`))
      .map(({ path, size, mediaType }) => ({ path, name: path.split('/').at(-1) ?? path, size, media_type: mediaType }))
    return { files: listed, count: listed.length }
  },
})
