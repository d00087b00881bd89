import { z } from 'zod'
import { anyJson, defineStep, endEarly } from './define-step.ts'

export const flowBreak = defineStep({
  type: 'flow.break',
  title: 'Break',
  summary: 'End the loop around this',
  icon: 'octagon-minus',
  category: 'flow',
  docs: `
Ends the \`flow.map\` or \`flow.loop\` around it, the nearest one: steps of this item or turn that have not begun are
skipped, those at work are cancelled, and no further item or turn is begun. That is no failure.

**Value** becomes what this item or turn gives. Items of a map that were begun before are still finished.
`,
  keywords: ['exit', 'leave', 'end', 'loop', 'stop', 'found'],
  config: z.strictObject({
    value: anyJson.default(null).meta({
      title: 'Value',
      description: 'What this item or turn gives.',
      control: 'expression',
      placeholder: '{{ found }}',
    }),
  }),
  inside: 'repeat',
  outputPorts: [],
  output: anyJson,
  effects: 'pure',
  cacheable: false,
  examples: [
    {
      title: 'What was found',
      with: { value: '{{ answer.text }}' },
      scope: { answer: { text: 'here' } },
      output: 'here',
    },
  ],
  execute: ({ config }) => endEarly('container', config.value),
})
