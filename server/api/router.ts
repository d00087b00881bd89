import { liveProcedure } from './live-router.ts'
import { pipelinesRouter } from './pipelines-router.ts'
import { pinsRouter } from './pins-router.ts'
import { runsRouter } from './runs-router.ts'
import { router } from './trpc.ts'
import { waitsRouter } from './waits-router.ts'
import { workersRouter } from './workers-router.ts'
import { filesRouter, settingsRouter, stepsRouter, systemRouter } from './workspace-routers.ts'

/** The whole API. Browsers import only its type. */
export const appRouter = router({
  pipelines: pipelinesRouter,
  runs: runsRouter,
  pins: pinsRouter,
  waits: waitsRouter,
  steps: stepsRouter,
  files: filesRouter,
  settings: settingsRouter,
  system: systemRouter,
  workers: workersRouter,
  live: liveProcedure,
})

export type AppRouter = typeof appRouter
