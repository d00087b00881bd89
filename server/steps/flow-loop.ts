import { z } from 'zod'
import { anyJson, defineStep, enterLoop } from './define-step.ts'

export const flowLoop = defineStep({
  type: 'flow.loop',
  title: 'Loop',
  summary:
    '{{ "While " ~ while if while else ("Until " ~ until if until else "Again and again") }}, at most {{ limit }} times',
  icon: 'refresh-cw',
  category: 'flow',
  docs: `
Runs the steps inside it again and again, one turn after the other, and carries a state from turn to turn. Inside,
\`state\` is the state and \`index\` the number of the turn, from 0.

**While** is asked before each turn, **Until** after each; \`flow.break\` ends it from inside. The state after a turn is what
**Next state** says, else the output of the last step inside (and as before when that is \`null\`, or when the turn ended by
\`flow.break\`). When another turn is due after as many as **At most** says, the step fails with \`loop-limit\`.

Its value is \`{ state, turns, output }\`: the last state, how many turns there were, and what the last one gave.
`,
  keywords: ['while', 'until', 'repeat', 'iterate', 'poll', 'again', 'state', 'page', 'recursion'],
  config: z.strictObject({
    state: anyJson.default(null).meta({
      title: 'First state',
      description: 'The state of the first turn.',
      control: 'expression',
      placeholder: '{{ { "page": 1, "rows": [] } }}',
    }),
    while: anyJson.optional().meta({
      title: 'While',
      description: 'Asked before each turn, with the `state` and `index` it would have.',
      control: 'condition',
      placeholder: 'state.page <= 10',
      names: ['state', 'index'],
      outside: true,
    }),
    until: anyJson.optional().meta({
      title: 'Until',
      description: 'Asked after each turn, with the new `state`.',
      control: 'condition',
      placeholder: 'state.done',
      names: ['output'],
    }),
    next: anyJson.optional().meta({
      title: 'Next state',
      description: 'The state after a turn; the output of the last step inside when empty.',
      control: 'expression',
      placeholder: '{{ { "page": state.page + 1 } }}',
      names: ['output'],
    }),
    limit: z.int().min(1).max(100_000).default(100).meta({
      title: 'At most',
      description: 'The most turns there may be; needing another is an error.',
      control: 'number',
    }),
  }),
  lazy: ['while', 'until', 'next'],
  container: {
    kind: 'loop',
    variables: {
      state: { description: 'The state of this turn.' },
      index: { type: 'integer', description: 'The number of this turn, from 0.' },
    },
  },
  output: z.object({
    state: anyJson.meta({ description: 'The state after the last turn.' }),
    turns: z.int().meta({ description: 'How many turns there were.' }),
    output: anyJson.meta({ description: 'What the last turn gave.' }),
  }),
  effects: 'pure',
  cacheable: false,
  examples: [
    {
      title: 'Doubling until it is enough',
      with: { state: 1, next: '{{ state * 2 }}', until: 'state > 100' },
      output: { state: 128, turns: 7, output: null },
    },
    {
      title: 'Not even once',
      with: { state: { left: 0 }, while: 'state.left > 0' },
      output: { state: { left: 0 }, turns: 0 },
    },
    {
      title: 'A number of times',
      with: { state: [], while: 'index < 3', next: '{{ state + [index] }}' },
      output: { state: [0, 1, 2], turns: 3 },
    },
  ],
  execute({ config, evaluateCondition }) {
    const { state, limit } = config
    const begins = config.while === undefined || evaluateCondition(config.while, { state, index: 0 })
    return begins ? enterLoop(state, limit) : { state, turns: 0, output: null }
  },
  afterItem({ config, evaluate, evaluateCondition }, { index, output, state: before, broke }) {
    if (broke) return { state: before, again: false }
    const state = config.next === undefined ? (output ?? before) : evaluate(config.next, { output })
    if (config.until !== undefined && evaluateCondition(config.until, { state, output })) return { state, again: false }
    const again = config.while === undefined || evaluateCondition(config.while, { state, index: index + 1 })
    return { state, again }
  },
  finish: (_context, { state, turns, output }) => ({ state, turns, output }),
})
