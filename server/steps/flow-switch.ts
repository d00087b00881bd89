import { z } from 'zod'
import { anyJson, defineStep, takePorts } from './define-step.ts'

const caseSchema = z.strictObject({
  when: anyJson.meta({
    title: 'When',
    description: 'An expression that is read as true or false.',
    control: 'condition',
    placeholder: "ticket.topic == 'billing'",
  }),
  port: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and _, not starting with a digit')
    .meta({
      title: 'Port',
      description: 'The way out of this step when the condition holds.',
      control: 'text',
      placeholder: 'billing',
    }),
})

export const flowSwitch = defineStep({
  type: 'flow.switch',
  title: 'Switch',
  summary:
    '{{ (cases | map(attribute="port") | join(", ")) ~ ", else default" if cases else "The first case that holds" }}',
  icon: 'signpost',
  category: 'flow',
  docs: `
Goes one of many ways. The cases are tried from the top; the run goes on at the port of the first whose condition holds,
or at \`default\` when none does. What hangs on the other ports is skipped.

Two cases may share a port. The step's own value is the name of the port it took.
`,
  keywords: ['case', 'route', 'router', 'choose', 'condition', 'branch'],
  config: z.strictObject({
    cases: z.array(caseSchema).min(1).meta({
      title: 'Cases',
      description: 'Tried from the top; the first that holds is taken.',
      control: 'cases',
    }),
  }),
  lazy: ['cases'],
  outputPorts: [{ name: 'default' }],
  dynamicPorts: { field: 'cases', key: 'port' },
  output: z.string(),
  effects: 'pure',
  examples: [
    {
      title: 'The first case that holds',
      with: {
        cases: [
          { when: 'ticket.amount > 100', port: 'large' },
          { when: '{{ ticket.amount > 10 }}', port: 'medium' },
        ],
      },
      scope: { ticket: { amount: 40 } },
      output: 'medium',
      port: 'medium',
    },
    {
      title: 'No case holds',
      with: { cases: [{ when: "ticket.topic == 'billing'", port: 'billing' }] },
      scope: { ticket: { topic: 'praise' } },
      output: 'default',
      port: 'default',
    },
  ],
  execute({ config, evaluateCondition }) {
    const taken = config.cases.find(({ when }) => evaluateCondition(when))?.port ?? 'default'
    return takePorts([taken], taken)
  },
})
