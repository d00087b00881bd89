import type { JsonValue, PipelineDocument, Step } from '#pipeline/document.ts'

/** A run to be carried out, and what must come of it. */
export interface Scenario {
  document: PipelineDocument
  expected: { status: 'succeeded' | 'failed'; outputs?: JsonValue; failedStep?: string }
  /** Paths of all steps whose effects must have happened. */
  effects: string[]
}

interface EffectOptions extends Partial<Step> {
  value?: JsonValue
  failures?: number
  /** Prefix of the path in the run. */
  inside?: string
}

/** Makes scenarios of `steps` step runs each, a kind after the other. */
export function createScenarios(random: () => number, steps: number): (index: number) => Scenario {
  const ms = (): number => Math.floor(random() * 40)
  const effect = (id: string, { value = 1, failures, inside, ...step }: EffectOptions = {}): Step => ({
    id,
    type: 'chaos.effect',
    ...step,
    with: {
      run: '{{ run.id }}',
      path: inside ? `${inside}.${id}` : id,
      ms: ms(),
      value,
      ...(failures && { failures }),
    },
  })
  const document = (name: string, list: Step[], outputs: Record<string, JsonValue>): PipelineDocument => ({
    orchestrator: 1,
    name,
    steps: list,
    outputs,
  })
  const chain = (length: number, more: (index: number) => EffectOptions = () => ({})): Step[] =>
    Array.from({ length }, (_, index) =>
      effect(`s${index}`, {
        ...(index > 0 && { needs: [`s${index - 1}`] }),
        value: index > 0 ? `{{ s${index - 1} + 1 }}` : 1,
        ...more(index),
      }),
    )
  const idsOf = (list: readonly Step[]): string[] => list.map(({ id }) => id)

  const kinds: (() => Scenario)[] = [
    function inARow() {
      const list = chain(steps)
      return {
        document: document('chain', list, { last: `{{ s${steps - 1} }}` }),
        expected: { status: 'succeeded', outputs: { last: steps } },
        effects: idsOf(list),
      }
    },
    function sideBySide() {
      const middle = Array.from({ length: steps - 2 }, (_, index) =>
        effect(`m${index}`, { needs: ['first'], value: index }),
      )
      const list = [effect('first'), ...middle, effect('last', { needs: idsOf(middle), value: '{{ m0 + m1 }}' })]
      return {
        document: document('fan', list, { last: '{{ last }}' }),
        expected: { status: 'succeeded', outputs: { last: 1 } },
        effects: idsOf(list),
      }
    },
    function map() {
      const count = Math.floor((steps - 2) / 2)
      const inside = 'each[{{ index }}]'
      const body = [
        effect('a', { inside, value: '{{ item }}' }),
        effect('b', { inside, needs: ['a'], value: '{{ a * 2 }}' }),
      ]
      const items = Array.from({ length: count }, (_, index) => index)
      const list: Step[] = [
        effect('first'),
        { id: 'each', type: 'flow.map', needs: ['first'], with: { items, concurrency: 3 }, steps: body },
        effect('last', { needs: ['each'], value: '{{ each.items }}' }),
      ]
      return {
        document: document('map', list, { last: '{{ last }}' }),
        expected: { status: 'succeeded', outputs: { last: items.map((item) => item * 2) } },
        effects: ['first', ...items.flatMap((index) => [`each[${index}].a`, `each[${index}].b`]), 'last'],
      }
    },
    function retries() {
      const list = chain(steps, (index) =>
        index % 7 === 3 ? { failures: 2, retry: { attempts: 3, backoff: 'fixed', delay: '200ms' } } : {},
      )
      return {
        document: document('retries', list, { last: `{{ s${steps - 1} }}` }),
        expected: { status: 'succeeded', outputs: { last: steps } },
        effects: idsOf(list),
      }
    },
    function failsNearTheEnd() {
      const at = steps - 3
      const list = chain(steps, (index) => (index === at ? { failures: 100 } : {}))
      return {
        document: document('fails', list, { last: `{{ s${steps - 1} }}` }),
        expected: { status: 'failed', failedStep: `s${at}` },
        effects: idsOf(list).slice(0, at + 1),
      }
    },
    function loop() {
      const turns = steps - 2
      const body = [effect('a', { inside: 'turns[{{ index }}]', value: '{{ state + 1 }}' })]
      const list: Step[] = [
        effect('first'),
        {
          id: 'turns',
          type: 'flow.loop',
          needs: ['first'],
          with: { state: 0, until: `state >= ${turns}` },
          steps: body,
        },
        effect('last', { needs: ['turns'], value: '{{ turns.state }}' }),
      ]
      return {
        document: document('loop', list, { last: '{{ last }}' }),
        expected: { status: 'succeeded', outputs: { last: turns } },
        effects: ['first', ...Array.from({ length: turns }, (_, index) => `turns[${index}].a`), 'last'],
      }
    },
    function catchAndFinally() {
      const body = chain(steps - 4, (index) => ({ inside: 'safe', ...(index === steps - 5 && { failures: 100 }) }))
      const handlers: Step[] = [
        { id: 'rescue', type: 'flow.catch', steps: [effect('note', { inside: 'safe.rescue', value: 'caught' })] },
        { id: 'tidy', type: 'flow.finally', steps: [effect('away', { inside: 'safe.tidy' })] },
      ]
      const list: Step[] = [
        { id: 'safe', type: 'flow.try', steps: [...body, ...handlers] },
        effect('last', { needs: ['safe.caught'], value: '{{ safe }}' }),
      ]
      return {
        document: document('try', list, { last: '{{ last }}' }),
        expected: { status: 'succeeded', outputs: { last: 'caught' } },
        effects: [...idsOf(body).map((id) => `safe.${id}`), 'safe.rescue.note', 'safe.tidy.away', 'last'],
      }
    },
    function waitsInBetween() {
      const list = chain(steps - 2)
      const wait: Step = { id: 'wait', type: 'flow.wait', needs: [list.at(-1)!.id], with: { duration: '4s' } }
      const last = effect('last', { needs: ['wait'], value: `{{ s${steps - 3} }}` })
      return {
        document: document('wait', [...list, wait, last], { last: '{{ last }}' }),
        expected: { status: 'succeeded', outputs: { last: steps - 2 } },
        effects: [...idsOf(list), 'last'],
      }
    },
  ]
  // Few, for they are big: every item counts as a step.
  const spreadEvery = 40
  function spreadMap(): Scenario {
    const items = Array.from({ length: 120 }, (_, index) => index)
    const body = [effect('a', { inside: 'each[{{ index }}]', value: '{{ item * first }}' })]
    const list: Step[] = [
      effect('first', { value: 3 }),
      { id: 'each', type: 'flow.map', needs: ['first'], with: { items, concurrency: 6 }, steps: body },
      effect('last', { needs: ['each'], value: '{{ each.items | sum }}' }),
    ]
    return {
      document: document('spread', list, { last: '{{ last }}' }),
      expected: { status: 'succeeded', outputs: { last: items.reduce((sum, item) => sum + item * 3, 0) } },
      effects: ['first', ...items.map((index) => `each[${index}].a`), 'last'],
    }
  }
  return (index) => (index % spreadEvery === spreadEvery - 1 ? spreadMap() : kinds[index % kinds.length]!())
}
