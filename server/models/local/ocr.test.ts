import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createLocalModels } from './local-models.ts'

const picture = join(import.meta.dirname, '../testing/invoice.png')
const image = readFileSync(picture)
const models = createLocalModels()
afterAll(() => models.close())

describe('OCR', () => {
  it('reads the text of a picture', async () => {
    const { text, confidence } = await models.ocr(image)
    expect(text).toContain('INVOICE 2024-117')
    expect(text).toContain('Total due: $248.50')
    expect(confidence).toBeGreaterThan(0.8)
    expect(confidence).toBeLessThanOrEqual(1)
  })

  it('refuses what is no picture, survives a broken one, and says which languages there are', async () => {
    await expect(models.ocr(Buffer.from('%PDF-1.7'))).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('PNG, JPEG'),
    })
    await expect(models.ocr(image.subarray(0, 200))).rejects.toMatchObject({ code: 'model-failed' })
    await expect(models.ocr(image, 'xxx')).rejects.toMatchObject({ message: expect.stringContaining('"xxx"') })
    await expect(models.ocr(image, '../eng')).rejects.toMatchObject({ code: 'invalid-request' })
    expect((await models.ocr(image)).text).toContain('INVOICE')
  })

  it('stops in the middle of a picture when aborted', async () => {
    const controller = new AbortController()
    const other = models.ocr(image)
    const reading = models.ocr(image, 'eng', { signal: controller.signal })
    const waiting = models.ocr(image, 'eng', { signal: AbortSignal.abort() })
    await expect(waiting).rejects.toMatchObject({ code: 'step-cancelled' })
    expect((await other).text).toContain('INVOICE')
    // The first picture is read: the second one is now under way.
    controller.abort()
    await expect(reading).rejects.toMatchObject({ code: 'step-cancelled' })
    expect((await models.ocr(image)).text).toContain('INVOICE')
  })

  it('works from another folder, leaves no file there, and lets the process end by itself', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ocr-'))
    const code = `
      import { readFileSync } from 'node:fs'
      import { createLocalModels } from ${JSON.stringify(join(import.meta.dirname, 'local-models.ts'))}
      const models = createLocalModels()
      const { text } = await models.ocr(readFileSync(${JSON.stringify(picture)}))
      const [vector] = await models.embed(['hello'])
      const [found] = await models.entities(['Ann met Bob'])
      console.log(JSON.stringify({ text, length: vector.length, names: found.map((entity) => entity.value) }))`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    expect(JSON.parse(output)).toMatchObject({
      text: expect.stringContaining('INVOICE'),
      length: 512,
      names: ['Ann', 'Bob'],
    })
    expect(readdirSync(folder)).toEqual([])
  })
})
