import { readFileSync } from 'node:fs'
import type { Step } from '#pipeline/document.ts'
import { foldRun } from '#pipeline/run-view.ts'
import { describe, expect, it } from 'vitest'
import { joinModes } from './compile-join.ts'
import { compile } from './compile.ts'
import { findNode } from './state.ts'
import { testManifests } from './testing/manifests.ts'
import { begin } from './testing/simulate.ts'
import { Simulation } from './testing/simulation.ts'
import { fateless, type StepFate } from './testing/world.ts'

const page = readFileSync(new URL('../../../docs/semantics.md', import.meta.url), 'utf8')

/** The cells of the one table that starts with these words. */
function tableThatStarts(words: string): string[][] {
  const lines = page.slice(page.indexOf(`| ${words} |`)).split('\n')
  const rows = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('|')),
  )
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

const [header = [], , ...rows] = tableThatStarts('one edge | the other')
const columns = header.slice(2).map((title) => /^`(\w+)/.exec(title)![1]!)

/** A source for the edge and how the target names it. `root` is a branch that leaves by `true`. */
const sources: Record<string, (id: string) => { step: Partial<Step>; fate?: Partial<StepFate>; need: string }> = {
  taken: (id) => ({ step: {}, need: id }),
  'not taken': (id) => ({ step: { type: 'branch' }, need: `${id}.false` }),
  'source skipped': (id) => ({ step: { needs: ['root.false'] }, need: id }),
  'source disabled': (id) => ({ step: { disabled: true }, need: id }),
  'source failed, `continue`': (id) => ({ step: { on_error: 'continue' }, fate: { failures: 1 }, need: id }),
  'source failed, `port`': (id) => ({ step: { on_error: 'port' }, fate: { failures: 1 }, need: id }),
  '`error` edge, source failed, `port`': (id) => ({
    step: { on_error: 'port' },
    fate: { failures: 1 },
    need: `${id}.error`,
  }),
  '`error` edge, source succeeded': (id) => ({ step: { on_error: 'port' }, need: `${id}.error` }),
  'source failed, `fail`': (id) => ({ step: {}, fate: { failures: 1 }, need: id }),
  'source cancelled': (id) => ({ step: {}, need: id }),
}

/** What becomes of a step with these two edges in; `order` says which of them settles first. */
function outcomeOf(kinds: readonly string[], mode: string, isMerge: boolean, order: readonly number[]): string {
  const fates: Record<string, Partial<StepFate>> = {}
  const parts = kinds.map((kind, index) => {
    const { step, fate, need } = sources[kind]!(`s${index}`)
    fates[`s${index}`] = fate ?? {}
    return { step: { id: `s${index}`, type: 'plain', needs: ['root.true'], ...step }, need, kind }
  })
  const target: Step = { id: 'target', type: isMerge ? 'merge' : 'plain', needs: parts.map(({ need }) => need) }
  if (isMerge) target.with = { mode, count: 2 }
  const steps: Step[] = [{ id: 'root', type: 'branch' }, ...parts.map(({ step }) => step), target]
  const plan = compile({ orchestrator: 1, name: 'test', steps }, testManifests)
  const simulation = new Simulation(plan, {
    fateOf: (path) => ({ ...fateless, ...fates[path] }),
    nameOf: (path) => path,
    pick: () => 0,
  })
  simulation.end('root')
  for (const index of order) simulation.end(`s${index}`, parts[index]!.kind === 'source cancelled')
  simulation.run()
  const view = foldRun(simulation.journal)
  if (view.status === 'failed') return 'graph fails'
  expect(view.status).toBe('succeeded')
  return view.steps.get('target')!.status === 'succeeded' ? 'runs' : view.steps.get('target')!.status
}

describe('the table of joins in docs/semantics.md', () => {
  it('speaks of every mode and of every kind of edge, beside one that is taken and one that is not', () => {
    expect(columns.toSorted()).toEqual([...joinModes].toSorted())
    for (const kind of Object.keys(sources)) {
      for (const other of ['taken', 'not taken']) {
        expect(rows.some(([one, two]) => (one === kind && two === other) || (one === other && two === kind))).toBe(true)
      }
    }
  })

  const cases = rows.flatMap(([one, two, ...cells]) =>
    columns.map((mode, index) => [mode, one!, two!, cells[index]!] as const),
  )
  it.each(cases)('%s of an edge that is "%s" and one that is "%s": %s', (mode, one, two, expected) => {
    const [inOrder, otherwise = inOrder] = expected.split(', or ')
    expect(outcomeOf([one, two], mode, true, [0, 1])).toBe(inOrder)
    expect(outcomeOf([one, two], mode, true, [1, 0])).toBe(otherwise)
    if (mode !== 'all') return
    expect(outcomeOf([one, two], mode, false, [0, 1])).toBe(inOrder)
    expect(outcomeOf([one, two], mode, false, [1, 0])).toBe(otherwise)
  })
})

describe('a merge decides as soon as it can', () => {
  const merged = (mode: string, ...needs: string[]): Step[] => [
    { id: 'root', type: 'branch' },
    ...['a', 'b', 'c'].map((id): Step => ({ id, type: 'branch', needs: ['root.true'] })),
    { id: 'target', type: 'merge', needs, with: { mode, count: 2 } },
  ]
  const afterTwo = (mode: string, ...needs: string[]): string => {
    const simulation = begin(merged(mode, ...needs))
    for (const path of ['root', 'a', 'b']) simulation.end(path)
    return findNode(simulation.state, 'target')!.status
  }

  it.each([
    ['first', ['a.true', 'b.true', 'c.true'], 'running'],
    ['first', ['a.false', 'b.false', 'c.true'], 'waiting'],
    ['count', ['a.true', 'b.true', 'c.true'], 'running'],
    ['count', ['a.false', 'b.true', 'c.true'], 'waiting'],
    ['count', ['a.false', 'b.false', 'c.true'], 'skipped'],
    ['all', ['a.true', 'b.true', 'c.true'], 'waiting'],
    ['all', ['a.true', 'b.false', 'c.true'], 'skipped'],
    ['any', ['a.true', 'b.true', 'c.true'], 'waiting'],
    ['any', ['a.false', 'b.false', 'c.true'], 'waiting'],
  ])('%s of %j, once the first two are settled: %s', (mode, needs, expected) => {
    expect(afterTwo(mode, ...needs)).toBe(expected)
  })

  it('and takes what had come by then', () => {
    const simulation = begin(merged('first', 'a.true', 'b.true', 'c.true'))
    for (const path of ['root', 'b', 'a', 'c']) simulation.end(path)
    expect(findNode(simulation.state, 'target')!.edges).toEqual([null, true, null])
  })
})
