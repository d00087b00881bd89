import { describe, expect, it } from 'vitest'
import { fileRead } from './file-read.ts'
import { fileWrite } from './file-write.ts'
import { flowBranch } from './flow-branch.ts'
import { flowLoop } from './flow-loop.ts'
import { flowMap } from './flow-map.ts'
import { flowMerge } from './flow-merge.ts'
import { flowSwitch } from './flow-switch.ts'
import { flowTry } from './flow-try.ts'
import { evaluateCondition, evaluateDeep } from '#pipeline/expressions/expressions.ts'
import { runStep } from './testing/run-step.ts'
import { failureOf, outputOf } from './testing/step-outcome.ts'

const evaluator = (names: Record<string, unknown>) => ({
  evaluate: (template: unknown, more?: object) => evaluateDeep(template, { ...names, ...more }),
  evaluateCondition: (condition: unknown, more?: object) => evaluateCondition(condition, { ...names, ...more }),
})

describe('flow.branch', () => {
  it.each([
    ['x > 1', { x: 2 }, true],
    ['{{ x > 1 }}', { x: 1 }, false],
    ['x', { x: [] }, false],
    ['{{ x }}', { x: '' }, false],
    ['{{ x }}', { x: 0 }, false],
    ['x', { x: 'text' }, true],
    ['missing', {}, false],
    [true, {}, true],
    [null, {}, false],
  ])('reads %j over %j as %s', async (condition, scope, expected) => {
    const { output, ports } = await runStep(flowBranch, { condition }, scope)
    expect([output, ports]).toEqual([expected, [String(expected)]])
  })
})

describe('flow.switch', () => {
  it('takes the first case that holds and evaluates none after it', async () => {
    const cases = [
      { when: 'n > 10', port: 'large' },
      { when: 'n > 5', port: 'medium' },
      { when: 'n.fails.here.deeply', port: 'never' },
    ]
    expect((await runStep(flowSwitch, { cases }, { n: 7 })).ports).toEqual(['medium'])
  })

  it('refuses a port that cannot be named in an edge', async () => {
    await expect(outputOf(flowSwitch, { cases: [{ when: 'true', port: 'a b' }] })).rejects.toThrow(/letters, digits/)
  })
})

describe('flow.merge', () => {
  it('gives the one value that came, or the list of them', async () => {
    const edge = (step: string, value: unknown) => ({ step, port: 'out', value })
    expect(await outputOf(flowMerge, {}, {}, { inputs: [edge('a', { x: 1 })] })).toEqual({ x: 1 })
    expect(await outputOf(flowMerge, {}, {}, { inputs: [edge('a', [1])] })).toEqual([1])
    expect(await outputOf(flowMerge, {}, {}, { inputs: [edge('a', 1), edge('b', 2)] })).toEqual([1, 2])
  })
})

describe('flow.map', () => {
  it('hands the engine its items, eight at a time unless told otherwise', async () => {
    expect(flowMap.manifest.container?.variables).toHaveProperty('item')
    const config = flowMap.configSchema.parse({ items: [1] })
    expect(await flowMap.execute({ config } as never)).toMatchObject({
      items: [1],
      options: { concurrency: 8, itemErrors: 'collect', keep: true },
    })
  })

  it('takes its items from a stream when it has none, and says what is missing otherwise', async () => {
    const inputs = [{ step: 'load', port: 'stream', value: null }]
    expect(await flowMap.execute({ config: flowMap.configSchema.parse({}), inputs } as never)).toMatchObject({
      items: 'stream',
    })
    expect(await failureOf(flowMap, {})).toMatchObject({ code: 'invalid-config', info: { field: 'with.items' } })
  })

  it('refuses what is not a list', async () => {
    await expect(outputOf(flowMap, { items: '{{ x }}' }, { x: 'text' })).rejects.toThrow(/array/)
  })
})

describe('flow.loop', () => {
  const after = (settings: Record<string, unknown>, item: object) => {
    const context = { config: flowLoop.configSchema.parse(settings), ...evaluator({ state: 1, index: 0 }) }
    return flowLoop.afterItem?.(context as never, {
      index: 0,
      output: null,
      failed: false,
      state: 1,
      broke: false,
      ...item,
    })
  }

  it('carries on what the turn gave, and the old state when it gave nothing', () => {
    expect(after({}, { output: { page: 2 } })).toEqual({ state: { page: 2 }, again: true })
    expect(after({}, { output: null })).toEqual({ state: 1, again: true })
    expect(after({ next: '{{ state + output }}' }, { output: 4 })).toEqual({ state: 5, again: true })
  })

  it('asks until with the new state, and while with the state and number of the turn to come', () => {
    expect(after({ next: '{{ state + 1 }}', until: 'state == 2' }, {})).toEqual({ state: 2, again: false })
    expect(after({ while: 'index < 1' }, {})).toMatchObject({ again: false })
    expect(after({ while: 'index < 2 and state == 7' }, { output: 7 })).toMatchObject({ again: true })
  })

  it('ends at a break with the state the turn had', () => {
    expect(after({ next: '{{ gone.field }}' }, { output: 9, broke: true })).toEqual({ state: 1, again: false })
  })

  it('fails when another turn is due after its limit', async () => {
    expect((await failureOf(flowLoop, { limit: 3 })).code).toBe('loop-limit')
  })
})

describe('flow.try', () => {
  it('leaves by caught when something was caught', () => {
    const ended = { output: 1, state: null, turns: 1 }
    expect(flowTry.finish?.({} as never, { ...ended, error: null })).toMatchObject({ ports: ['out', 'succeeded'] })
    const error = { code: 'step-failed' as const, message: 'no' }
    expect(flowTry.finish?.({} as never, { ...ended, error })).toMatchObject({ ports: ['out', 'caught'], value: 1 })
  })
})

describe('file.write and file.read', () => {
  const seedFiles = {}
  it('writes bytes and reads them back', async () => {
    const content = Buffer.from([0, 1, 255]).toString('base64')
    const { files, output } = await runStep(
      fileWrite,
      { path: 'a/b.bin', content, encoding: 'base64' },
      {},
      { seedFiles },
    )
    expect(output).toEqual({ path: 'a/b.bin', size: 3 })
    expect(await outputOf(fileRead, { path: 'a/b.bin', as: 'base64' }, {}, { files })).toMatchObject({
      content,
      size: 3,
    })
  })

  it('appends one line each time, with or without a line break of its own', async () => {
    const { files } = await runStep(fileWrite, { path: 'log', content: 'one', append: true })
    await runStep(fileWrite, { path: 'log', content: 'two\n', append: true }, {}, { files })
    await runStep(fileWrite, { path: 'log', content: { n: 3 }, append: true }, {}, { files })
    await runStep(fileWrite, { path: 'log', content: 'end', append: true, line_break: false }, {}, { files })
    expect(await files.readText('log')).toBe('one\ntwo\n{"n":3}\nend')
  })

  it('writes the names of a table once when rows are appended', async () => {
    const { files } = await runStep(fileWrite, { path: 't.csv', content: [{ a: 1 }], append: true })
    await runStep(fileWrite, { path: 't.csv', content: [{ a: 2 }], append: true }, {}, { files })
    expect(await files.readText('t.csv')).toBe('a\n1\n2\n')
  })

  it('stays inside the store', async () => {
    expect((await failureOf(fileWrite, { path: '../out.txt', content: 'x' })).code).toBe('path-outside')
    expect((await failureOf(fileRead, { path: '/etc/passwd' })).code).toBe('path-outside')
    expect((await failureOf(fileRead, { path: 'none.txt' })).code).toBe('file-not-found')
  })
})
