import type { RunEvent } from '#pipeline/events.ts'
import type { Batcher } from './batcher.ts'
import { claimBatch } from './claim-batch.ts'
import type { RestingRun, RunEnding } from './executor-types.ts'
import type { Hub } from './hub-types.ts'
import { prepareRun, type PrepareOptions } from './prepare-run.ts'
import { createGivingBack } from './giving-back.ts'
import { createReplay, type ReplayRun } from './replay-run.ts'
import { RunExecutor } from './run-executor.ts'
import { SignalIntake } from './signal-intake.ts'
import type { Waiting } from './waiting.ts'
import { isAway, patiently } from './patiently.ts'
import type { Places } from './places/places.ts'
import { RunCounters } from './run-counters.ts'
import type { RunJob, RunQueue } from './run-queue.ts'
import { roomForRuns } from './run-room.ts'
import { type ClaimedRun, claimRuns, disownRuns, findHeld } from './run-store.ts'

/** How often jobs in hand are kept alive. */
const touchMs = 15_000
/** How long a run that rests is tried to be let go of while the database is away. */
const restingMs = 120_000

export interface RunnerOptions extends PrepareOptions {
  hub: Hub
  queue: RunQueue
  maxRuns: number
  worker(): string
  waiting: Waiting
  places: Places
  onProblem(message: string, cause: unknown): void
}

interface RunInHand {
  epoch: number
  parentRunId: string | null
  job: RunJob | null
  /** Null until the run is claimed and its journal read. */
  executor: RunExecutor | null
  /** What is said to the run from outside. */
  intake: SignalIntake
  cancelledBy: string | null
  ended: Promise<void>
}

/** Fetches runs while there is room, carries them out, and gives them back when it closes. */
export class Runner {
  readonly #options: RunnerOptions
  readonly #runs = new Map<string, RunInHand>()
  /** Runs that are being let go of because they only wait, and whether something was said to them meanwhile. */
  readonly #resting = new Map<string, { told: boolean; ended: Promise<void> }>()
  #fetching = false
  #claiming: Promise<unknown> = Promise.resolve()
  #again = false
  /** As far as is known. */
  #isQueueEmpty = false
  #closed = false
  readonly #touching: NodeJS.Timeout
  readonly #closing = new AbortController()
  readonly #givingBack: Batcher<string, void>
  readonly #replay: ReplayRun

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#givingBack = createGivingBack(options, this.#closing.signal)
    this.#replay = createReplay(options.database, options.journal)
    this.#touching = setInterval(() => void this.#touch(), touchMs)
    this.#touching.unref()
  }

  /** Fetches as much as there is room for; safe to call at any time. */
  wake(): void {
    if (this.#closed) return
    if (this.#fetching) {
      this.#again = true
      return
    }
    this.#fetching = true
    void this.#fetchAll().finally(() => {
      this.#fetching = false
    })
  }

  /** Has a run of this process take what was said to it; says whether it is here. */
  readSignals(runId: string): boolean {
    const run = this.#runs.get(runId)
    if (run) this.#readSignals(runId, run)
    const resting = this.#resting.get(runId)
    if (resting) resting.told = true
    return run !== undefined || resting !== undefined
  }

  #readSignals(runId: string, run: RunInHand): void {
    run.intake
      .read()
      .catch((cause: unknown) => this.#options.onProblem(`what was said to run ${runId} is not read`, cause))
  }

  /** Has every run of this process take what was said to it. */
  readAllSignals(): void {
    for (const runId of this.#runs.keys()) this.readSignals(runId)
  }

  /** Carries out a queued run without a job, only to cancel it. False when somebody holds it by now. */
  async cancelUnheld(runId: string, by: string): Promise<boolean> {
    const { database, worker } = this.#options
    return this.#claimAlone(async () => {
      const claimed = await database.transaction(async ({ query }) => {
        const { rows } = await query<{ id: string }>(
          `select id from runs where id = $1 and status = 'queued' and owner is null for update`,
          [runId],
        )
        return rows.length === 0 ? [] : claimRuns(database, [runId], worker(), { query, anyPlace: true })
      })
      if (!claimed[0]) return false
      this.#take(claimed[0], null, by)
      return true
    })
  }

  /** One claim after the other, each with its runs in hand at the end: a run that is ours could be claimed by us once more. */
  #claimAlone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#claiming.then(work)
    this.#claiming = result.catch(() => {})
    return result
  }

  /** How many runs may be begun here without asking the queue: none while some may wait in it. */
  get room(): number {
    if (this.#closed || this.#fetching || !this.#isQueueEmpty) return 0
    return Math.max(0, roomForRuns(this.#runs.values(), this.#runs.size, this.#options.maxRuns))
  }

  /** Carries out runs that were claimed as they were stored: they have no job. */
  takeOwn(claimed: readonly ClaimedRun[]): void {
    for (const run of claimed) this.#take(run, null, null)
  }

  /** Whether this process works on a run, or is letting go of it. */
  has(runId: string): boolean {
    return this.#runs.has(runId) || this.#resting.has(runId)
  }

  /** Gives up runs that are this worker's by the database alone. */
  async giveBack(runIds: readonly string[]): Promise<void> {
    await Promise.all(runIds.map((id) => this.#givingBack.add(id)))
  }

  /** How many runs this process has in hand. */
  get held(): number {
    return this.#runs.size
  }

  /** Stops those of the runs in hand that others have taken: for a process that was frozen and does not know. */
  async dropLost(): Promise<void> {
    const runs = [...this.#runs].map(([id, { epoch }]) => ({ id, epoch }))
    if (runs.length === 0) return
    const held = await findHeld(this.#options.database.query, this.#options.worker(), runs)
    const lost = runs.filter(({ id, epoch }) => !held.has(id) && this.#runs.get(id)?.epoch === epoch)
    await Promise.all(
      lost.map(async ({ id }) => {
        const run = this.#runs.get(id)
        await run?.executor?.stop()
        await run?.ended
      }),
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    // What is stuck in a database that is away is left to the other workers.
    this.#closing.abort()
    clearInterval(this.#touching)
    await Promise.all([
      ...[...this.#runs.values()].map(async ({ executor, ended }) => {
        await executor?.stop()
        await ended
      }),
      ...[...this.#resting.values()].map(({ ended }) => ended),
    ])
  }

  async #fetchAll(): Promise<void> {
    try {
      do {
        this.#again = false
        const room = roomForRuns(this.#runs.values(), this.#runs.size, this.#options.maxRuns)
        if (room <= 0) {
          this.#isQueueEmpty = false
          return
        }
        const fetched = await this.#fetch(room)
        this.#isQueueEmpty = fetched < room
        if (fetched === room) this.#again = true
      } while (this.#again && !this.#closed)
    } catch (cause) {
      if (!this.#closed) this.#options.onProblem('runs could not be fetched', cause)
    }
  }

  /** A run has come to wait at a limit: there may be room for another. */
  noteHeld(): void {
    if (this.#runs.size >= this.#options.maxRuns) this.wake()
  }

  /** Runs that parts in hand work for. */
  get #busyWith(): Set<string> {
    return new Set([...this.#runs.values()].flatMap(({ parentRunId }) => parentRunId ?? []))
  }

  /** Under which epoch this process holds a run; null when it does not. */
  epochOf(runId: string): number | null {
    return this.#runs.get(runId)?.epoch ?? null
  }

  /** Answers how many jobs there were. */
  async #fetch(room: number): Promise<number> {
    const { queue } = this.#options
    const { jobs, again } = await this.#claimAlone(() => this.#fetchAndClaim(room))
    // Queued once more although we have it, e.g. after a day: it goes on under the new job, if it is still ours.
    if (again.length > 0) await this.dropLost()
    for (const job of again) {
      const inHand = this.#runs.get(job.id)
      if (inHand) inHand.job = job
      else await queue.requeue([job.id])
    }
    return jobs
  }

  /** Takes what it can; answers how many jobs there were, and those of runs in hand. */
  async #fetchAndClaim(room: number): Promise<{ jobs: number; again: RunJob[] }> {
    const inHand = { has: (runId: string) => this.#runs.has(runId), busyWith: this.#busyWith }
    const { jobs, claimed } = await claimBatch(this.#options, room, inHand)
    const jobById = new Map(jobs.map((job) => [job.id, job]))
    for (const run of claimed) {
      this.#take(run, jobById.get(run.id)!, null)
      jobById.delete(run.id)
    }
    return { jobs: jobs.length, again: [...jobById.values()].filter(({ id }) => this.#runs.has(id)) }
  }

  #take(claimed: ClaimedRun, job: RunJob | null, cancelledBy: string | null): void {
    const intake = new SignalIntake(() => patiently(() => this.#options.waiting.signals.read(claimed.id)))
    const { epoch, parentRunId } = claimed
    const run: RunInHand = { epoch, parentRunId, job, executor: null, intake, cancelledBy, ended: Promise.resolve() }
    this.#runs.set(claimed.id, run)
    run.ended = this.#carryOut(claimed, run)
      .catch((cause: unknown): RunEnding => ({ kind: 'lost', cause }))
      .then((ending) => this.#letGo(claimed, run, ending))
      .catch((cause: unknown) => this.#options.onProblem(`run ${claimed.id} could not be given back`, cause))
  }

  async #carryOut(claimed: ClaimedRun, run: RunInHand): Promise<RunEnding> {
    const { journal, hub, environment, waiting } = this.#options
    const { id: runId, workspaceId, epoch } = claimed
    const prepared = await prepareRun(this.#options, claimed)
    if (!prepared) return { kind: 'ended' }
    const { state } = prepared
    const counters = new RunCounters(undefined, environment.now())
    journal.adopt(runId, epoch, epoch > 1 ? await this.#replay(runId, state, counters) : 0)
    const isResumed = state.status === 'running'
    const claim: RunEvent = { type: 'run-claimed', epoch, worker: this.#options.worker() }
    // A run that rested may have been woken by its signals: without, it would go to rest again.
    const [signals] = isResumed
      ? await Promise.all([run.intake.take(), journal.append(runId, epoch, [claim], { status: 'running' })])
      : [[]]
    if (this.#closed) return { kind: 'stopped' }
    run.executor = new RunExecutor(
      {
        runId,
        workspaceId,
        ...prepared,
        inputs: claimed.inputs,
        startedAt: claimed.startedAt?.getTime() ?? environment.now(),
        // What failed attempts have cost is in the row only.
        counts: { ...counters.counts, costUsd: Math.max(claimed.costUsd, counters.counts.costUsd) },
        waits: waiting.waitsOf(claimed),
        rests: true,
        journal: { append: (events, change) => journal.append(runId, epoch, events, change) },
        onDelta: (path, attempt, delta) => hub.publishDelta(runId, path, attempt, delta),
      },
      environment,
    )
    const { executor } = run
    const ending = executor.run(run.cancelledBy, signals)
    run.intake.open(({ id, signal }) => executor.signal(signal, id))
    if (!isResumed || run.intake.isBehind) this.#readSignals(runId, run)
    return ending
  }

  async #letGo(claimed: ClaimedRun, run: RunInHand, ending: RunEnding): Promise<void> {
    const { queue, database, worker, onProblem } = this.#options
    const { id } = claimed
    this.#runs.delete(id)
    this.#options.hub.forgetOutput(id)
    if (ending.kind === 'ended') {
      if (claimed.parentRunId) this.#options.environment.parts?.ended(claimed.parentRunId)
      // Whoever queues a run says so: an empty queue need not be asked again after every run.
      if (!this.#isQueueEmpty) this.wake()
      if (run.job) await queue.complete(run.job)
      if (claimed.place) await this.#options.places.left(claimed.place)
      return
    }
    if (ending.kind === 'parked' || ending.kind === 'paused') {
      return this.#rest(id, run, ending)
    }
    if (ending.kind === 'lost') onProblem(`run ${id} was given up`, ending.cause)
    // Somebody else goes on with it; on the embedded database that is this process's next start.
    if (ending.kind === 'stopped' || !isStale(ending.cause)) {
      // Nobody is told to try a run again at once that this process could not carry out for a reason of its own.
      if (ending.kind === 'lost' && !isAway(ending.cause)) await disownRuns(database.query, [id], worker())
      else await this.#givingBack.add(id)
    }
    this.wake()
  }

  async #rest(id: string, { job, epoch, ended }: RunInHand, rest: RestingRun): Promise<void> {
    const { queue, journal, waiting } = this.#options
    const resting = { told: false, ended }
    this.#resting.set(id, resting)
    this.wake()
    try {
      // First: once its row says that it rests, the run may be queued again under a new job of the same id.
      if (job) await patiently(() => queue.complete(job), restingMs, this.#closing.signal)
      journal.forget(id, epoch)
      const wasTold = await patiently(() => waiting.rest({ id, epoch, rest }), restingMs)
      this.#resting.delete(id)
      if (wasTold || resting.told) await waiting.signals.deliver([id])
    } finally {
      this.#resting.delete(id)
    }
  }

  async #touch(): Promise<void> {
    const jobs = [...this.#runs.values()].flatMap(({ job }) => (job ? [job] : []))
    await this.#options.queue.touch(jobs).catch((cause: unknown) => {
      if (!this.#closed) this.#options.onProblem('the jobs in hand could not be kept alive', cause)
    })
  }
}

function isStale(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'stale-epoch'
}
