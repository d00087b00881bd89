import { workerCommand } from './cli/worker-command.ts'

// The way in for processes that only carry out runs: `DATABASE_URL=... node server/worker.ts`.
await workerCommand()
