import { OrchestratorError } from '#pipeline/errors.ts'
import { openAppServer } from '#server/app-server.ts'
import type { StepRegistry } from '#server/engine/engine.ts'
import { readEnvironment } from '#server/read-environment.ts'
import { stopOnSignal } from '#server/stop-on-signal.ts'

/** `worker`: carries out runs until it is stopped. */
export async function workerCommand({ steps }: { steps?: StepRegistry } = {}): Promise<void> {
  const { dataDir, databaseUrl } = readEnvironment(process.env)
  if (!databaseUrl) {
    throw new OrchestratorError(
      'invalid-request',
      'A worker needs the PostgreSQL database it shares with the others.',
      {
        fix: 'Set DATABASE_URL. Without it `npm start` carries out its runs itself.',
      },
    )
  }
  const app = await openAppServer({
    dataDir,
    databaseUrl,
    role: 'worker',
    environment: process.env,
    ...(steps && { steps }),
  })
  stopOnSignal(() => app.close())
  console.log('The worker is ready. Ctrl-C stops it.')
}
