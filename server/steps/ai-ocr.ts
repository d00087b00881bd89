import { z } from 'zod'
import { defineStep } from './define-step.ts'

export const aiOcr = defineStep({
  type: 'ai.ocr',
  title: 'Read a picture',
  summary: 'Read the text in {{ file }}',
  icon: 'scan-text',
  category: 'ai',
  docs: `
Reads the printed text in a picture (PNG, JPEG, WebP, BMP, GIF or TIFF), such as a scan, a photo of a receipt or a
screenshot. Runs on Tesseract, which comes with the product: no key, no network, no cost. English is built in.

The output has the \`text\` and a \`confidence\` from 0 to 1. Upright, sharp, dark print on a light ground works best;
handwriting does not.
`,
  keywords: ['ocr', 'scan', 'image', 'photo', 'receipt', 'invoice', 'screenshot', 'tesseract', 'local'],
  config: z.strictObject({
    file: z.string().min(1).meta({
      title: 'Picture',
      description: 'The picture, in the workspace files.',
      control: 'file',
      placeholder: 'scans/receipt.png',
    }),
    language: z.string().default('eng').meta({
      title: 'Language',
      description: 'The language of the text; eng is built in.',
      control: 'text',
      advanced: true,
    }),
  }),
  output: z.object({ text: z.string(), confidence: z.number() }),
  effects: 'read',
  cacheable: false,
  examples: [
    {
      title: 'An invoice',
      with: { file: 'invoice.png' },
    },
  ],
  async execute({ config, files, models, signal }) {
    return models.ocr(await files.read(config.file), config.language, { signal })
  },
})
