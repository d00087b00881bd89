import { describe, expect, it } from 'vitest'
import { choiceOf, isInChosen, isNarrowed } from './chosen-items.ts'

describe('chosen items', () => {
  it('narrow run paths by the index of each container that is chosen', () => {
    const chosen = new Map([['outer', 2]])
    expect(isInChosen('outer[2].inner[0].x', chosen)).toBe(true)
    expect(isInChosen('outer[1].inner[0].x', chosen)).toBe(false)
    expect(isInChosen('other[1].x', chosen)).toBe(true)
    expect(isInChosen('outer[2].inner[0].x', new Map([...chosen, ['outer.inner', 1]]))).toBe(false)
  })

  it('pass through containers whose body runs once', () => {
    const chosen = new Map([['safe.each', 4]])
    expect(isInChosen('safe.each[4].x', chosen)).toBe(true)
    expect(isInChosen('safe.each[3].x', chosen)).toBe(false)
  })

  it('concern the steps inside, not the container itself', () => {
    expect(isNarrowed('each.mood', new Map([['each', 1]]))).toBe(true)
    expect(isNarrowed('each', new Map([['each', 1]]))).toBe(false)
    expect(isNarrowed('each_2.mood', new Map([['each', 1]]))).toBe(false)
  })

  it('are read from a run path', () => {
    expect([...choiceOf('safe.outer[2].inner[0].x')]).toEqual([
      ['safe.outer', 2],
      ['safe.outer.inner', 0],
    ])
  })
})
