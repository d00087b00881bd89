import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'

/** One worker process. */
export interface WorkerProcess {
  pid: number
  /** Resolves when it says that it is ready, or has ended. */
  ready: Promise<void>
  isReady: boolean
  frozen: boolean
  /** Sends the signal; for those that end it, resolves when it has ended. */
  signal(name: NodeJS.Signals): Promise<void>
}

/** Worker processes that the suite starts, kills and freezes. What they print goes to `<folder>/workers.log`. */
export class WorkerPool {
  readonly #environment: NodeJS.ProcessEnv
  readonly #log: NodeJS.WritableStream
  readonly #workers = new Map<number, WorkerProcess>()

  constructor(folder: string, environment: Record<string, string>) {
    this.#environment = { ...process.env, ...environment, CHAOS_FOLDER: folder }
    this.#log = createWriteStream(join(folder, 'workers.log'), { flags: 'a' })
  }

  /** Workers that ended although nobody told them to, with what they ended with. */
  readonly diedAlone: string[] = []

  /** Those that can be killed to some effect. */
  get atWork(): WorkerProcess[] {
    return this.alive.filter(({ isReady, frozen }) => isReady && !frozen)
  }

  get alive(): WorkerProcess[] {
    return [...this.#workers.values()]
  }

  start(): WorkerProcess {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'chaos-worker.ts')], {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const pid = child.pid!
    let told = false
    const exited = once(child, 'exit').then(([code, signal]: unknown[]) => {
      this.#workers.delete(pid)
      this.#log.write(`${pid}: ended with ${String(code ?? signal)}\n`)
      if (told) return
      this.diedAlone.push(`${pid}: ${String(code ?? signal)}`)
      this.start()
    })
    const ready = this.#listen(child).then(() => {
      worker.isReady = true
    })
    const worker: WorkerProcess = {
      pid,
      ready: Promise.race([ready, exited]),
      isReady: false,
      frozen: false,
      async signal(name) {
        const ends = name === 'SIGKILL' || name === 'SIGTERM'
        told ||= ends
        worker.frozen = name === 'SIGSTOP'
        child.kill(name)
        if (ends) await exited
      },
    }
    this.#workers.set(pid, worker)
    return worker
  }

  /** Ends them all, frozen ones too. */
  async close(): Promise<void> {
    await Promise.all(this.alive.map((worker) => worker.signal('SIGKILL')))
    this.#log.end()
  }

  #listen(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
      const onData = (chunk: Buffer): void => {
        this.#log.write(`${child.pid}: ${chunk.toString()}`)
        if (chunk.includes('is ready')) resolve()
      }
      child.stdout!.on('data', onData)
      child.stderr!.on('data', onData)
    })
  }
}
