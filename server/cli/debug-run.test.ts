import { expect, it } from 'vitest'
import type { Step } from '#pipeline/document.ts'
import { runInMemory } from '#server/engine/run-in-memory.ts'
import { documentOf } from '#server/engine/testing/test-engine.ts'
import { createTestSteps, createTestWorld, testServices } from '#server/engine/testing/test-steps.ts'
import { parseBreakpoint } from './control-options.ts'
import { createDebugging } from './debug-run.ts'

const steps: Step[] = [
  { id: 'a', type: 'test.value', with: { value: 1 } },
  { id: 'b', type: 'test.value', needs: ['a'], with: { value: '{{ a + 1 }}' } },
  { id: 'c', type: 'test.value', needs: ['b'], with: { value: '{{ b * 10 }}' } },
]

/** A run at a terminal at which these lines are typed. */
async function debug(breakpoints: string[], lines: string[], more: { stepThrough?: boolean } = {}) {
  const printed: string[] = []
  const debugging = createDebugging({
    print: (line) => void printed.push(line),
    ask: async () => lines.shift() ?? 'q',
  })
  const report = await runInMemory({
    document: documentOf(steps, { c: '{{ c }}' }),
    inputs: {},
    steps: createTestSteps(createTestWorld()),
    services: testServices,
    options: { breakpoints: breakpoints.map(parseBreakpoint), ...more },
    whenPaused: debugging.ask,
    onEvent: ({ event }) => debugging.saw(event),
  })
  return { report, stops: printed.filter((line) => line.startsWith('⏸')), printed, left: lines }
}

it('stops at breakpoints, shows and changes values, and goes on', async () => {
  const { report, stops, printed } = await debug(
    ['b', 'c if b > 100'],
    ['v a', 'v nowhere', 'e a=oops', 'e a=200', 'c', 'c'],
  )
  expect(report).toMatchObject({ status: 'succeeded', outputs: { c: 2010 } })
  expect(stops).toEqual(['⏸ before b', '⏸ before b', '⏸ before c'])
  expect(printed).toContain('1')
  expect(printed.join('\n')).toMatch(/nowhere has no output.*\n.*not JSON/)
})

it('goes step by step, and cancels', async () => {
  const { report, stops } = await debug([], ['s', 's', 'q'], { stepThrough: true })
  expect(stops).toEqual(['⏸ before a', '⏸ before b', '⏸ before c'])
  expect(report.status).toBe('cancelled')
})

it('reads breakpoints with and without a condition', () => {
  expect(parseBreakpoint('each.mood')).toEqual({ step: 'each.mood' })
  expect(parseBreakpoint(' each.mood  if item.score > 3 ')).toEqual({ step: 'each.mood', condition: 'item.score > 3' })
  expect(() => parseBreakpoint('two words')).toThrow('is no breakpoint')
})
