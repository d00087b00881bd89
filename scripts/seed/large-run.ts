import type { PipelineDocument } from '#pipeline/document.ts'
import type { AppServer } from '#server/app-server.ts'
import { localScope } from '#server/auth/scope.ts'

/** A map over 10,000 items of which every 250th fails, because its row has no customer. */
const document: PipelineDocument = {
  orchestrator: 1,
  name: '10,000 items, some broken',
  description: 'A map over 10,000 orders; every 250th has no customer and fails alone.',
  steps: [
    {
      id: 'orders',
      type: 'data.transform',
      with: {
        code: 'return Array.from({ length: 10000 }, (_, i) => i % 250 === 249 ? { order: i + 1 } : { order: i + 1, customer: { name: "Customer " + (i % 97) } })',
      },
    },
    {
      id: 'each',
      type: 'flow.map',
      needs: ['orders'],
      with: { items: '{{ orders }}', concurrency: 16 },
      steps: [
        {
          id: 'letter',
          type: 'text.template',
          with: { template: 'Dear {{ item.customer.name }}, order {{ item.order }} is on its way.' },
        },
      ],
    },
  ],
  outputs: { failed: '{{ each.failed }}' },
  layout: {
    steps: {
      orders: { x: 0, y: 32 },
      each: { x: 320, y: 0, width: 320, height: 208 },
      'each.letter': { x: 40, y: 64 },
    },
  },
}

/** Runs it for real, so that the journal is what the engine writes. */
export async function fillLargeRun({ services }: AppServer): Promise<void> {
  const { id } = await services.pipelines.create(localScope, { document })
  const { runId } = await services.runs.start(localScope, {
    pipelineId: id,
    inputs: {},
    kind: 'run',
    trigger: 'manual',
  })
  const controller = new AbortController()
  let items = 0
  for await (const message of services.runs.watch(localScope, runId, 0, controller.signal)) {
    if (message.kind === 'event' && message.entry.event.type === 'item-finished' && ++items % 2_000 === 0)
      console.log(`${items} items`)
  }
  const run = await services.runs.get(localScope, runId)
  console.log(`run ${run.status}, ${items} items`)
}
