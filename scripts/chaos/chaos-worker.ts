import { quickStart } from '#server/quick-start.ts'

// `orchestrator worker` with one more step type, whose effects the suite counts.
quickStart()
const [{ workerCommand }, { stepRegistry }, { chaosSteps }] = await Promise.all([
  import('#server/cli/worker-command.ts'),
  import('#server/steps/registry.ts'),
  import('./chaos-step.ts'),
])
await workerCommand({ steps: new Map([...stepRegistry, ...chaosSteps]) })
