import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textExtract } from './text-extract.ts'
import { textMatch } from './text-match.ts'
import { textSplit } from './text-split.ts'
import { textTemplate } from './text-template.ts'
import { simplePdf } from './testing/simple-pdf.ts'
import { failureOf, outputOf } from './testing/step-outcome.ts'

interface Chunks {
  chunks: { index: number; text: string; start: number; end: number }[]
  count: number
}

describe('text.split', () => {
  const split = async (text: string, settings: object) =>
    ((await outputOf(textSplit, { text, ...settings })) as Chunks).chunks.map((chunk) => chunk.text)

  it('holds its promises for any text: sizes, places, nothing lost', async () => {
    const unit = fc.constantFrom('a', 'b', ' ', '\n', '\n\n', '. ', 'é', '🧀', '👩‍👩‍👧', '---', 'word ')
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit, maxLength: 80 }),
        fc.constantFrom('characters', 'words', 'sentences', 'lines', 'paragraphs'),
        fc.integer({ min: 12, max: 40 }),
        fc.integer({ min: 0, max: 11 }),
        async (text, by, size, overlap) => {
          const { chunks, count } = (await outputOf(textSplit, { text, by, size, overlap })) as Chunks
          expect(count).toBe(chunks.length)
          for (const [index, chunk] of chunks.entries()) {
            expect(chunk.index).toBe(index)
            expect(chunk.text).toBe(text.slice(chunk.start, chunk.end))
            expect(chunk.text.length).toBeLessThanOrEqual(size)
            expect(chunk.text.isWellFormed()).toBe(true)
            // Each says something new, and goes on where the last ended or a little before.
            expect(chunk.end).toBeGreaterThan(chunks[index - 1]?.end ?? 0)
            const gap = text.slice(chunks[index - 1]?.end ?? 0, Math.max(chunk.start, chunks[index - 1]?.end ?? 0))
            expect(gap.trim()).toBe('')
          }
          expect(text.slice(chunks.at(-1)?.end ?? 0).trim()).toBe('')
        },
      ),
      { numRuns: 300 },
    )
  })

  it('never tears a code point, however small the size', async () => {
    expect(await split('a🧀b', { by: 'characters', size: 1 })).toEqual(['a', '🧀', 'b'])
    expect((await split('👩‍👩‍👧', { by: 'characters', size: 4 })).every((chunk) => chunk.isWellFormed())).toBe(true)
  })

  it('keeps sentences and paragraphs whole while they fit', async () => {
    expect(await split('Dr. No came. Who? Me.', { by: 'sentences', size: 14 })).toContain('Who? Me.')
    expect(await split('one\ntwo\n\n\nthree', { by: 'paragraphs', size: 0 })).toEqual(['one\ntwo', 'three'])
    expect(await split('', {})).toEqual([])
  })

  it('refuses an overlap that leaves no room', async () => {
    expect((await failureOf(textSplit, { text: 'a', size: 5, overlap: 5 })).code).toBe('invalid-config')
  })
})

describe('text.match', () => {
  it('stops a pattern that would take forever', async () => {
    const error = await failureOf(textMatch, { text: `${'a'.repeat(50)}b`, pattern: '^(a+)+$' })
    expect(error.code).toBe('code-limit')
  })

  it('says what is wrong with a pattern', async () => {
    const error = await failureOf(textMatch, { text: 'a', pattern: '(' })
    expect([error.code, error.info.field]).toEqual(['invalid-config', 'with.pattern'])
  })

  it('ignores case, reads by line, and does not hang on empty matches', async () => {
    const match = (settings: object) => outputOf(textMatch, { text: 'Ab\nab', ...settings })
    expect(await match({ pattern: '^ab$', ignore_case: true, multiline: true })).toMatchObject({ count: 2 })
    expect(await match({ pattern: '^ab$' })).toMatchObject({ count: 0 })
    expect(await match({ pattern: 'x*' })).toMatchObject({ count: 6 })
  })
})

describe('text.template', () => {
  it('always gives a text', async () => {
    const text = (value: unknown) => outputOf(textTemplate, { template: '{{ value }}' }, { value })
    expect(await Promise.all([text(1.5), text(true), text(null), text([1])])).toEqual(['1.5', 'true', '', '[\n  1\n]'])
  })
})

describe('text.extract', () => {
  it('reads a PDF page by page', async () => {
    const bytes = Buffer.from(simplePdf(['First page', 'Second page'], 'A letter')).toString('base64')
    expect(await outputOf(textExtract, { bytes })).toEqual({
      text: 'First page\n\nSecond page',
      title: 'A letter',
      format: 'pdf',
      pages: ['First page', 'Second page'],
    })
  })

  it('refuses what it cannot read, with a sentence', async () => {
    const bytes = (text: string) => Buffer.from(text, 'latin1').toString('base64')
    expect((await failureOf(textExtract, { bytes: bytes('%PDF-1.4 broken') })).message).toContain('cannot be read')
    expect((await failureOf(textExtract, { bytes: bytes('\u0000\u0001binary') })).message).toContain('neither HTML')
  })

  it('reads tables, keeps links when asked, and leaves scripts out', async () => {
    const html =
      '<body><nav>menu</nav><script>x()</script><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table><a href="https://x.example/y">go</a></body>'
    expect(await outputOf(textExtract, { text: html, links: true })).toMatchObject({
      text: 'a   b\n1   2\n\ngo [https://x.example/y]',
    })
  })
})
