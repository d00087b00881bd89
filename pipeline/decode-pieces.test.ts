import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePieces, linesOfPieces } from './decode-pieces.ts'

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

describe('text that comes piece by piece', () => {
  it('is the same however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 7 }), async (text, size) => {
        fc.pre(!text.startsWith('\ufeff'))
        let joined = ''
        for await (const piece of decodePieces(cut(new TextEncoder().encode(text), size), 'x')) joined += piece
        expect(joined).toBe(text)
      }),
    )
  })

  it('has the same lines however it is cut, each with its number', async () => {
    const line = fc.string({ maxLength: 5 }).filter((text) => !text.includes('\n'))
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 7 }), async (lines, size) => {
        const text = lines.map((each) => `${each}\n`).join('')
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
          text.slice(n * size, (n + 1) * size),
        )
        const found: string[] = []
        for await (const group of linesOfPieces(pieces)) {
          expect(group.first).toBe(found.length + 1)
          found.push(...group.lines)
        }
        expect(found).toEqual(lines)
      }),
    )
  })

  it('is refused when it is no UTF-8', async () => {
    const read = async () => {
      for await (const _ of decodePieces(cut(new Uint8Array([65, 255]), 1), 'a.txt'));
    }
    await expect(read()).rejects.toMatchObject({ code: 'invalid-request', message: '"a.txt" is not UTF-8 text.' })
  })
})
