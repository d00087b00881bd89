import { z } from 'zod'
import { anyJson, defineStep, takePorts } from './define-step.ts'

export const flowBranch = defineStep({
  type: 'flow.branch',
  title: 'Branch',
  summary: '{{ "If " ~ condition if condition else "If a condition holds" }}',
  icon: 'split',
  category: 'flow',
  docs: `
Goes one of two ways. When the condition holds the run goes on at the port \`true\`, else at \`false\`; what hangs on the
other port is skipped.

The condition is an expression such as \`load.rows | length > 0\`; braces around it are optional. Empty texts, empty
lists, \`0\`, \`null\` and missing values count as false. The step's own value is \`true\` or \`false\`.
`,
  keywords: ['if', 'else', 'condition', 'decision', 'gate', 'route'],
  config: z.strictObject({
    condition: anyJson.meta({
      title: 'Condition',
      description: 'An expression that is read as true or false.',
      control: 'condition',
      placeholder: 'load.rows | length > 0',
    }),
  }),
  lazy: ['condition'],
  outputPorts: [{ name: 'true' }, { name: 'false' }],
  output: z.boolean(),
  effects: 'pure',
  examples: [
    {
      title: 'A condition that holds',
      with: { condition: 'rows | length > 1' },
      scope: { rows: [1, 2] },
      output: true,
      port: 'true',
    },
    {
      title: 'With braces, and not holding',
      with: { condition: "{{ mood.label == 'angry' }}" },
      scope: { mood: { label: 'happy' } },
      output: false,
      port: 'false',
    },
  ],
  execute({ config, evaluateCondition }) {
    const holds = evaluateCondition(config.condition)
    return takePorts([String(holds)], holds)
  },
})
