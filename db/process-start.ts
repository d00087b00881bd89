import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** When the process began, in the system's own words, or null when that cannot be told; tells a reused process id from the old one. */
export function processStart(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      // The second field is the program's name in parentheses and may hold anything; the 20th after it is the start.
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? null
    }
    if (process.platform === 'win32') return null
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null
  } catch {
    return null
  }
}

/** Whether a process of this id runs, whoever owns it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
