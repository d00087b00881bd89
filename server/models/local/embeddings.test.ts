import fc from 'fast-check'
import { expect, it } from 'vitest'
import { splitIntoPieces } from './embeddings.ts'

it('splits any text into few pieces of bounded length that lose nothing but white space', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 5_000 }), fc.string({ minLength: 1, maxLength: 40 }), (text, part) => {
      const long = (text + part.repeat(100)).slice(0, 9_000)
      const pieces = splitIntoPieces(long)
      expect(pieces.every((piece) => piece.length <= 1_000)).toBe(true)
      const bare = (value: string) => value.replaceAll(/\s/g, '')
      expect(bare(pieces.join(''))).toBe(bare(long))
    }),
  )
})

it('reads only the beginning of a text without end', () => {
  expect(splitIntoPieces('x'.repeat(1_000_000))).toHaveLength(16)
  expect(splitIntoPieces(' \n ')).toEqual([])
})
