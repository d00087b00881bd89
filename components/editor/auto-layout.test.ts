import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gridSize, outputHeight, type Place, roomOf, type Size } from './auto-layout.ts'
import { layoutTree } from './layout-tree.ts'

const overlap = (left: Place & Size, right: Place & Size): boolean =>
  left.x < right.x + right.width &&
  right.x < left.x + left.width &&
  left.y < right.y + right.height &&
  right.y < left.y + left.height

describe('layoutTree', () => {
  it('puts steps on the grid, left to right, without overlap, bodies inside their frames', () => {
    const graphs = fc.record({
      count: fc.integer({ min: 1, max: 14 }),
      heights: fc.array(fc.integer({ min: 56, max: 240 }), { minLength: 14, maxLength: 14 }),
      links: fc.array(fc.tuple(fc.nat({ max: 13 }), fc.nat({ max: 13 })), { maxLength: 20 }),
      inside: fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
    })
    fc.assert(
      fc.property(graphs, ({ count, heights, links, inside }) => {
        // Step 0 is a container; some of the others are in it.
        const parentOf = (index: number): string | null => (index > 0 && inside[index] ? 's0' : null)
        const keys = Array.from({ length: count }, (_, index) => `s${index}`)
        const edges = links
          .filter(([from, to]) => from < to && to < count && parentOf(from) === parentOf(to))
          .map(([from, to]) => ({ from: `s${from}`, to: `s${to}` }))
        const sizeOf = (key: string): Size => ({ width: 240, height: heights[Number(key.slice(1))]! })
        const places = layoutTree({
          childrenOf: (parent) => keys.filter((_, index) => parentOf(index) === parent),
          typeOf: () => 'data.json',
          isContainer: (key) => key === 's0',
          edges,
          sizeOf,
        })
        const box = (key: string): Place & Size => ({ ...sizeOf(key), ...places.get(key)! })
        for (const [index, key] of keys.entries()) {
          const { x, y } = places.get(key)!
          expect([x % gridSize, y % gridSize].map(Math.abs)).toEqual([0, 0])
          for (const other of keys.slice(index + 1)) {
            if (parentOf(index) === parentOf(Number(other.slice(1)))) expect(overlap(box(key), box(other))).toBe(false)
          }
          if (parentOf(index) === 's0') {
            const frame = box('s0')
            expect(x + 240).toBeLessThanOrEqual(frame.width)
            expect(y + box(key).height).toBeLessThanOrEqual(frame.height)
            expect(y).toBeGreaterThanOrEqual(48)
          }
        }
        for (const { from, to } of edges) expect(places.get(from)!.x).toBeLessThan(places.get(to)!.x)
      }),
      { numRuns: 60 },
    )
  })

  it('keeps a chain of cards of different heights straight', () => {
    const heights: Record<string, number> = { a: 56, b: 200, c: 96 }
    const places = layoutTree({
      childrenOf: (parent) => (parent === null ? ['a', 'b', 'c'] : []),
      typeOf: () => 'data.json',
      isContainer: () => false,
      edges: [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'c' },
      ],
      sizeOf: (key) => ({ width: 240, height: heights[key]! }),
    })
    expect(new Set([...places.values()].map(({ y }) => y)).size).toBe(1)
  })
})

describe('roomOf', () => {
  it('is as tall as a card can become when its output appears, however tall it is now', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 36, max: 80 }), (ports, words) => {
        const listed = ports > 1 ? ports * 20 + 6 : 0
        const before = { width: 240, height: words + listed }
        expect(roomOf(ports, before).height).toBeGreaterThanOrEqual(before.height + outputHeight)
        expect(roomOf(ports, { width: 240, height: 900 }).height).toBe(900)
      }),
    )
  })
})
