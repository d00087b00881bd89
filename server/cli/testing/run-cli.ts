import { spawn } from 'node:child_process'
import { join } from 'node:path'

const launcher = join(import.meta.dirname, '../../../bin/orchestrator.mjs')

export interface FinishedCommand {
  code: number | null
  stdout: string
  stderr: string
}

/** `orchestrator` as a person runs it: a process of its own in that folder, with a data directory inside of it. */
export function runCli(
  args: string[],
  options: { folder: string; onOutput?: (interrupt: () => void) => void; environment?: Record<string, string> },
): Promise<FinishedCommand> {
  const { folder, environment } = options
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: folder,
    detached: true,
    env: { ...process.env, ORCHESTRATOR_DATA: join(folder, 'data-directory'), DATABASE_URL: '', ...environment },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString()
    // As in a terminal: Ctrl-C reaches the launcher and the command that it started.
    options.onOutput?.(() => process.kill(-(child.pid ?? 0), 'SIGINT'))
  })
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString()
  })
  return new Promise((done) => {
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}
