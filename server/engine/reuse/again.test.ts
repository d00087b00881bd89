import type { Step } from '#pipeline/document.ts'
import { describe, expect, it } from 'vitest'
import { compile } from '../core/core.ts'
import { manifests } from '#server/steps/registry.ts'
import { Again } from './again.ts'

const plain = (id: string, needs: string[] = []): Step => ({ id, type: 'text.template', needs })
const steps: Step[] = [
  plain('load'),
  {
    id: 'each',
    type: 'flow.map',
    needs: ['load'],
    steps: [plain('read'), plain('mood', ['read']), plain('aside')],
  },
  {
    id: 'refine',
    type: 'flow.loop',
    needs: ['load'],
    steps: [plain('draft'), plain('check', ['draft'])],
  },
  {
    id: 'safe',
    type: 'flow.try',
    needs: ['load'],
    steps: [
      plain('fetch'),
      plain('other'),
      { id: 'rescue', type: 'flow.catch', steps: [plain('notify')] },
      { id: 'cleanup', type: 'flow.finally', steps: [plain('close')] },
    ],
  },
  plain('end', ['each']),
]
const plan = compile({ orchestrator: 1, name: 'test', steps }, manifests)

function standings(marks: string[], paths: string[], how: 'again' | 'open' = 'again'): Record<string, string> {
  const again = new Again(plan)
  for (const path of marks) again.mark(path, how)
  return Object.fromEntries(paths.map((path) => [path, again.standing(path)]))
}

describe('what is carried out again', () => {
  it('is a step, what comes after it, and everything inside those', () => {
    expect(standings(['load'], ['load', 'each', 'each[1].mood', 'end', 'refine[0].draft'])).toEqual({
      load: 'again',
      each: 'again',
      'each[1].mood': 'again',
      end: 'again',
      'refine[0].draft': 'again',
    })
  })

  it('of one item of a map leaves the other items and what is beside it', () => {
    const paths = ['load', 'each', 'each[3].read', 'each[3].mood', 'each[3].aside', 'each[2].mood', 'end', 'refine']
    expect(standings(['each[3].mood'], paths)).toEqual({
      load: 'free',
      each: 'open',
      'each[3].read': 'free',
      'each[3].mood': 'again',
      'each[3].aside': 'free',
      'each[2].mood': 'free',
      end: 'again',
      refine: 'free',
    })
  })

  it('may be a whole item, or one step of all of them', () => {
    expect(standings(['each[3]'], ['each', 'each[3].aside', 'each[2].aside'])).toEqual({
      each: 'open',
      'each[3].aside': 'again',
      'each[2].aside': 'free',
    })
    expect(standings(['each.mood'], ['each', 'each[3].read', 'each[3].mood', 'each[9].mood'])).toEqual({
      each: 'open',
      'each[3].read': 'free',
      'each[3].mood': 'again',
      'each[9].mood': 'again',
    })
  })

  it('of a turn of a loop goes for all later turns', () => {
    const paths = ['refine', 'refine[1].check', 'refine[2].draft', 'refine[2].check', 'refine[3].draft']
    expect(standings(['refine[2].check'], paths)).toEqual({
      refine: 'open',
      'refine[1].check': 'free',
      'refine[2].draft': 'free',
      'refine[2].check': 'again',
      'refine[3].draft': 'again',
    })
  })

  it('of the body of a try goes for its catch and finally, of the catch for the finally', () => {
    const paths = ['safe', 'safe.fetch', 'safe.other', 'safe.rescue', 'safe.rescue.notify', 'safe.cleanup.close']
    expect(standings(['safe.fetch'], paths)).toEqual({
      safe: 'open',
      'safe.fetch': 'again',
      'safe.other': 'free',
      'safe.rescue': 'again',
      'safe.rescue.notify': 'again',
      'safe.cleanup.close': 'again',
    })
    expect(standings(['safe.rescue.notify'], paths)).toMatchObject({
      'safe.fetch': 'free',
      'safe.rescue': 'open',
      'safe.rescue.notify': 'again',
      'safe.cleanup.close': 'again',
    })
  })

  it('leaves the inside of a container alone whose own settings have changed', () => {
    expect(standings(['each'], ['each', 'each[0].read', 'end', 'load'], 'open')).toEqual({
      each: 'open',
      'each[0].read': 'free',
      end: 'again',
      load: 'free',
    })
  })
})
