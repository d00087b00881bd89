import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { edgesOf, formatNeed, parseNeed } from './edges.ts'
import { findCycles, findStep, topologicalOrder, upstreamSets, walkSteps } from './graph.ts'

const graph = fc.array(
  fc.record({
    id: fc.constantFrom(...'abcdefgh'),
    needs: fc.array(fc.constantFrom(...'abcdefgh', 'a.true', 'x'), { maxLength: 3 }),
  }),
  { maxLength: 8 },
)
const acyclic = fc.array(fc.array(fc.nat(20), { maxLength: 3 }), { maxLength: 12 }).map((rows) =>
  rows.map((before, index) => ({
    id: `s${index}`,
    needs: before.filter((other) => other < index).map((other) => `s${other}`),
  })),
)

describe('graphs', () => {
  it('are ordered so that every step comes after all it waits for', () => {
    fc.assert(
      fc.property(acyclic, fc.integer(), (steps, seed) => {
        const shuffled = [...steps].sort(
          (left, right) => ((seed ^ left.id.length) % 3) - ((seed ^ right.id.length) % 3),
        )
        const order = topologicalOrder(shuffled)
        expect([...order].sort()).toEqual(steps.map(({ id }) => id).sort())
        for (const { from, to } of edgesOf(steps)) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to))
        expect(findCycles(steps)).toEqual([])
      }),
    )
  })

  it('have each step once in any order, and circles whose steps really wait for each other', () => {
    fc.assert(
      fc.property(graph, (steps) => {
        expect([...topologicalOrder(steps)].sort()).toEqual([...new Set(steps.map(({ id }) => id))].sort())
        const edges = new Set(edgesOf(steps).map(({ from, to }) => `${from}>${to}`))
        for (const cycle of findCycles(steps))
          for (const [index, from] of cycle.entries())
            expect(edges).toContain(`${from}>${cycle[(index + 1) % cycle.length]}`)
      }),
    )
  })

  it('know what runs before a step, however long the way', () => {
    const steps = [
      { id: 'd', needs: ['c'] },
      { id: 'a' },
      { id: 'b', needs: ['a.true'] },
      { id: 'c', needs: ['b', 'gone'] },
    ]
    expect(upstreamSets(steps).get('d')).toEqual(new Set(['a', 'b', 'c']))
    expect(upstreamSets(steps).get('a')).toEqual(new Set())
  })

  it('find steps by path and walk containers before their bodies', () => {
    const steps = [
      { id: 'each', type: 'flow.map', steps: [{ id: 'mood', type: 't' }] },
      { id: 'end', type: 't' },
    ]
    expect(findStep({ steps }, 'each.mood')?.type).toBe('t')
    expect(findStep({ steps }, 'each.nobody')).toBeUndefined()
    expect([...walkSteps(steps)].map(({ path }) => path)).toEqual(['each', 'each.mood', 'end'])
  })

  it('write edges as they read them', () => {
    expect(parseNeed('check.true')).toEqual({ step: 'check', port: 'true' })
    expect(parseNeed('load')).toEqual({ step: 'load', port: 'out' })
    expect(formatNeed('check', 'true')).toBe('check.true')
    expect(formatNeed('load')).toBe('load')
  })
})
