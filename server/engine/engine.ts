import { join } from 'node:path'
import { newId } from '#pipeline/new-id.ts'
import { createFolderBlobs } from '#server/blobs/blobs.ts'
import type { Engine, EngineOptions } from './engine-types.ts'
import type { ExecutorEnvironment } from './executor-types.ts'
import { createHub } from './hub.ts'
import { createJournal } from './journal.ts'
import { Limiter } from './limiter.ts'
import { openLimits } from './limits/limits.ts'
import { Pacer } from './pacer.ts'
import { createPlans } from './plans.ts'
import { concurrencyKeyOf } from './places/concurrency-key.ts'
import { openPlaces } from './places/places.ts'
import { openParts } from './spread/parts.ts'
import { openPresence } from './presence.ts'
import { labelsOf } from './run-labels.ts'
import { openRunQueue } from './run-queue.ts'
import { claimRuns, findUnfinished, loadDocument, releaseRuns } from './run-store.ts'
import { Runner } from './runner.ts'
import { createRunStarts } from './start-runs.ts'
import { watchStrays } from './stray-runs.ts'
import { createStepCache } from './step-cache.ts'
import { createStepCacheStore } from './step-cache-store.ts'
import { cancelRun, type TellParts, tellRun } from './tell-run.ts'
import { Timers } from './timers.ts'
import { createValueStore } from './value-store.ts'
import { openWaiting } from './waiting.ts'

/** The door of the engine: start, watch and cancel runs. */
export type { Engine, EngineOptions, StartRequest, StepRegistry, StepServices } from './engine-types.ts'
export type { RunChanged, RunSignal } from './hub-types.ts'

/**
 * The engine of this process. As a worker it goes on with every run whose worker is gone: at once on the embedded
 * database, within about a second on PostgreSQL. Close it before the database.
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { database, steps, dataDir, role = 'all' } = options
  const isWorker = role !== 'web'
  const onProblem = options.onProblem ?? logProblem
  const hub = createHub(database)
  const journal = createJournal(database, hub)
  const values = createValueStore(options.blobs ?? createFolderBlobs(join(dataDir, 'blobs')))
  const timers = new Timers()
  const manifests = new Map([...steps].map(([type, { manifest }]) => [type, manifest]))
  const plans = createPlans(steps)
  const environment: ExecutorEnvironment = {
    steps,
    values,
    limiter: new Limiter(options.maxSteps ?? 256),
    timers,
    pacer: new Pacer(),
    cache: createStepCache(createStepCacheStore(database)),
    ...(options.cancelGraceMs === undefined ? {} : { cancelGraceMs: options.cancelGraceMs }),
    now: Date.now,
  }

  // The queue may call before the runner is there; the runner looks for work once it is.
  let runner: Runner | undefined
  const { labels = [], version = '', silentMs } = options
  const maxRuns = isWorker ? (options.maxRuns ?? 100) : 0
  const queue = await openRunQueue(database, { worker: isWorker, labels, onWork: () => runner?.wake(), onProblem })
  const presence = await openPresence(database, {
    role,
    version,
    labels,
    maxRuns,
    ...(silentMs !== undefined && { silentMs }),
    load: () => ({ runs: runner?.held ?? 0, steps: environment.limiter.held }),
    async onGone(gone) {
      const runIds = await database.transaction(async (transaction) => {
        const released = await releaseRuns(transaction.query, gone)
        await queue.requeueIn(transaction, released)
        return released
      })
      if (runIds.length > 0) queue.notify()
    },
    onThawed: async () => runner?.dropLost(),
    onProblem,
  })
  environment.lease = presence.lease
  const limits = isWorker ? await openLimits(database, { worker: () => presence.worker, onProblem }) : null
  if (limits) environment.limits = limits
  const waiting = await openWaiting(database, {
    worker: isWorker,
    queue,
    hub,
    readHere: (runId) => runner?.readSignals(runId) ?? false,
    readAll: () => runner?.readAllSignals(),
    onProblem,
  })
  const places = openPlaces(database, queue, { worker: isWorker, onProblem })
  const started = new Runner({
    database,
    journal,
    hub,
    queue,
    environment,
    maxRuns,
    worker: () => presence.worker,
    async planOf({ workspaceId, documentHash, calls, options }) {
      const plan = await plans.get(documentHash, calls, (hash) => loadDocument(database, workspaceId, hash))
      return options?.overrides ? plans.override(plan, options.overrides) : plan
    },
    services: options.stepServices,
    waiting,
    places,
    onProblem,
  })
  runner = started
  environment.onHeld = () => started.noteHeld()
  const telling: TellParts = {
    database,
    signals: waiting.signals,
    cancelUnheld: (runId, by) => started.cancelUnheld(runId, by),
  }
  if (isWorker && database.kind === 'pglite') await queue.requeue(await findUnfinished(database.query))

  const cancelForUs = (workspaceId: string, runId: string): Promise<void> =>
    cancelRun(telling, { workspaceId, memberId: 'engine', role: 'owner' }, runId)
  const parts =
    isWorker && database.kind === 'postgres'
      ? await openParts(database, {
          queue,
          epochOf: (runId) => started.epochOf(runId),
          cancel: cancelForUs,
          ...(options.spreadFrom !== undefined && { spreadFrom: options.spreadFrom }),
          onProblem,
        })
      : null
  if (parts) environment.parts = parts
  const stopWatchingStrays = parts
    ? watchStrays(database.query, {
        worker: () => presence.worker,
        isInHand: (runId) => started.has(runId),
        giveBack: (runIds) => started.giveBack(runIds),
        requeue: (runIds) => queue.requeue(runIds),
        cancel: cancelForUs,
        onProblem,
      })
    : () => {}
  const starts = createRunStarts(database, {
    own: {
      room: () => (isWorker && presence.workers <= 1 ? started.room : 0),
      canTake: (needed) => needed.every((label) => labels.includes(label)),
      claim: (query, runIds) => claimRuns(database, runIds, presence.worker, { query }),
      take: (claimed) => started.takeOwn(claimed),
    },
    queue,
    hub,
    signals: waiting.signals,
    cancelUnheld: telling.cancelUnheld,
  })
  if (isWorker) started.wake()

  return {
    async start(request) {
      const { hash, calls } = plans.add(request.document, request.calls)
      const labels = labelsOf([request.document, ...Object.values(request.calls ?? {})], manifests)
      if (labels.length > 0) await queue.prepare(labels)
      const concurrencyKey = concurrencyKeyOf(request)
      return starts.add({ id: newId(), documentHash: hash, calls, labels, request, concurrencyKey })
    },
    tell: (scope, runId, command) => tellRun(telling, scope, runId, command),
    answerWait: (waitId, answer) => waiting.answer(waitId, answer),
    sendEvent: (event) => waiting.sendEvent(event),
    cancel: (scope, runId) => cancelRun(telling, scope, runId),
    watch: (runId, afterSeq, signal) => hub.watch(runId, afterSeq, signal),
    watchRuns: (scope, signal) => hub.watchRuns(scope.workspaceId, signal),
    entries: (runId, range) => journal.read(runId, range),
    load: async (stored) => values.load(stored),
    store: async (value) => values.store(value),
    async close() {
      await presence.stopping()
      await starts.idle()
      await started.close()
      await places.close()
      await waiting.close()
      await limits?.close()
      stopWatchingStrays()
      await parts?.close()
      await presence.close()
      await queue.close()
      timers.close()
      await journal.close()
      await hub.close()
    },
  }
}

function logProblem(message: string, cause: unknown): void {
  console.error(`engine: ${message}:`, cause)
}
