import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
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
    const image = await files.read(config.file)
    try {
      return await models.ocr(image, config.language, { signal })
    } catch (error) {
      if (!(error instanceof OrchestratorError) || error.code !== 'invalid-request') throw error
      throw new OrchestratorError(error.code, error.message.replace(/^The file/, `"${config.file}"`), {
        fix: 'Use a picture in one of these formats and a language that is installed; text.extract reads PDFs.',
        details: { file: config.file },
        cause: error,
        retryable: false,
      })
    }
  },
})
