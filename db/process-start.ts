import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Fields of /proc/PID/stat after the program's name, which stands in parentheses and may hold anything: [0] state, [19] start. */
function linuxFields(pid: number): string[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
}

/** When the process began, in the system's own words, or null when that cannot be told; tells a reused process id from the old one. */
export function processStart(pid: number): string | null {
  try {
    if (process.platform === 'linux') return linuxFields(pid)[19] ?? null
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
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    // A dead process whose parent does not care, as in a container without an init, keeps its id for ever.
    return process.platform !== 'linux' || !/[ZX]/.test(linuxFields(pid)[0]!)
  } catch {
    return true
  }
}
