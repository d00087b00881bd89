import type { Step } from '#pipeline/document.ts'
import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import { findNode, type NodeState, type RunState } from './state.ts'
import { streamBacklog } from './streams.ts'
import { begin, simulate, statusesOf } from './testing/simulate.ts'
import { valueOf } from './testing/simulation.ts'
import { foldRun } from '#pipeline/run-view.ts'

const reader = (more: Partial<Step> = {}, settings: Step['with'] = {}): Step => ({
  id: 'each',
  type: 'map',
  needs: ['rows.stream'],
  with: { stream: true, ...settings },
  steps: [{ id: 'x', type: 'plain' }],
  ...more,
})
const rows: Step = { id: 'rows', type: 'source' }

/** The items that reached the body runs of `each`, in order. */
function itemsSeen(journal: Parameters<typeof foldRun>[0]): unknown {
  const output = valueOf(foldRun(journal).steps.get('each')!.output) as { items: [unknown, unknown][] }
  return output.items.map(([given]) => given)
}

describe('a stream', () => {
  it('is read while it is yielded', () => {
    const simulation = begin([rows, reader()], { rows: { items: 4, chunk: 2 } })
    simulation.end('rows')
    simulation.end('each')
    expect(findNode(simulation.state, 'rows')!.status).toBe('running')
    expect(findNode(simulation.state, 'each[1].x')!.status).toBe('running')
    expect(findNode(simulation.state, 'each[2].x')).toBeUndefined()
    simulation.run()
    expect(itemsSeen(simulation.journal)).toEqual([[0], [1], [2], [3]])
  })

  it('gives full batches across what was yielded together, and the rest at its end', () => {
    const { journal } = simulate([rows, reader({}, { batch: 3 })], { rows: { items: 8, chunk: 2 } })
    expect(itemsSeen(journal)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ])
    expect(foldRun(journal).steps.get('each')!.items).toMatchObject({ count: 3, done: 3, batch: 3, stream: 'rows' })
  })

  it('without an item is an empty list, not a skipped step', () => {
    expect(statusesOf(simulate([rows, reader()], { rows: { items: 0 } }).journal)['each']).toBe('succeeded')
    const disabled = simulate([{ ...rows, disabled: true }, reader()])
    expect(itemsSeen(disabled.journal)).toEqual([])
  })

  it('counts as one edge: a reader waits for its others', () => {
    const steps: Step[] = [{ id: 'gate', type: 'branch' }, rows, reader({ needs: ['gate.false', 'rows.stream'] })]
    const simulation = begin(steps, { rows: { items: 1 } })
    simulation.end('rows')
    simulation.end('rows')
    expect(findNode(simulation.state, 'rows')!.status).toBe('succeeded')
    expect(findNode(simulation.state, 'each')!.status).toBe('waiting')
    simulation.run()
    expect(statusesOf(simulation.journal)['each']).toBe('skipped')
  })

  it('says how far its slowest reader is behind, and keeps no more than that', () => {
    const slow = reader({ id: 'slow', on_error: 'continue' })
    const simulation = begin([rows, reader(), slow], {
      rows: { items: 1_000, chunk: 10 },
      each: { concurrency: 1_000 },
      slow: { concurrency: 1 },
    })
    for (const path of ['rows', 'each', 'slow', 'rows', 'rows']) simulation.end(path)
    const node = findNode(simulation.state, 'rows')!
    expect(node.stream).toMatchObject({ total: 30, firstChunk: 0 })
    expect(streamBacklog(node)).toBe(29)
    const error = { code: 'step-timeout', message: 'too slow' } as const
    simulation.emit({ type: 'step-failing', path: 'slow', attempt: 1, error })
    simulation.settle()
    expect(streamBacklog(node)).toBe(0)
    expect(node.stream!.chunks).toEqual([])
  })

  it('goes on where it was when its step is tried again', () => {
    const retry = { attempts: 2, backoff: 'fixed', delay: '0ms' } as const
    const { journal } = simulate([{ ...rows, retry }, reader()], { rows: { items: 5, failures: 1 } })
    expect(itemsSeen(journal)).toEqual([[0], [1], [2], [3], [4]])
    const yields = journal.filter(({ event }) => event.type === 'step-yielded')
    expect(yields).toHaveLength(3)
  })
})

/** A map of one step, driven without a journal: what many items cost is the scheduler alone. */
function drive(state: RunState, items: number, atOnce: number, source: 'list' | 'stream'): number {
  let frames = 0
  const at = 1
  const tell = (event: Parameters<typeof decide>[1]['event']): void => void decide(state, { at, event })
  const finish = (index: number): void => {
    tell({
      type: 'step-succeeded',
      path: `each[${index}].x`,
      attempt: 1,
      output: { value: 1 },
      ports: ['out'],
      durationMs: 1,
    })
    tell({ type: 'item-finished', path: `each[${index}]`, output: { value: 1 } })
    frames = Math.max(frames, state.frames.size)
  }
  const expand = (more: { count: number; stream?: string }): void =>
    tell({ type: 'map-expanded', path: 'each', items: { value: [] }, concurrency: atOnce, keep: false, ...more })
  if (source === 'list') {
    expand({ count: items })
    for (let index = 0; index < items; index += 1) finish(index)
    return frames
  }
  const chunk = { value: Array.from({ length: 100 }, () => 1) }
  for (let from = 0; from < items; from += 100) {
    tell({ type: 'step-yielded', path: 'rows', attempt: 1, from, count: 100, items: chunk })
    if (from === 0) expand({ count: 0, stream: 'rows' })
    for (let index = from; index < from + 100; index += 1) finish(index)
  }
  tell({ type: 'step-succeeded', path: 'rows', attempt: 1, output: { value: null }, ports: ['out'], durationMs: 1 })
  return frames
}

const mapOf = (node: NodeState | undefined) => {
  if (node?.container?.kind !== 'map') throw new Error('it is no map at work')
  return node.container
}

describe('a map that keeps no results', () => {
  it.each(['list', 'stream'] as const)('of 200,000 items (%s) holds only what is in flight', (source) => {
    const { state } = begin(source === 'list' ? [{ ...reader(), needs: [] }] : [rows, reader()])
    const frames = drive(state, 200_000, 8, source)
    expect(frames).toBeLessThanOrEqual(9)
    const map = mapOf(findNode(state, 'each'))
    expect(map).toMatchObject({ finished: 200_000, outputs: [], errors: [] })
    expect(map.live.size).toBe(0)
    if (source === 'stream') expect(findNode(state, 'rows')!.stream!.chunks).toEqual([])
  })
})
