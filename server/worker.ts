import { quickStart } from './quick-start.ts'
import { sentenceOf } from './sentence-of.ts'

// The way in for processes that only carry out runs: `DATABASE_URL=... node server/worker.ts`.
try {
  quickStart()
  const { workerCommand } = await import('./cli/worker-command.ts')
  await workerCommand()
} catch (error) {
  console.error(sentenceOf(error) ?? error)
  process.exit(1)
}
