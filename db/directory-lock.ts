import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { OrchestratorError } from '#pipeline/errors.ts'
import { newId } from '#pipeline/new-id.ts'
import { isRunning, processStart } from './process-start.ts'

interface Holder {
  pid: number
  start: string | null
  /** Names this one taking, so that a process gives back only its own. */
  id: string
}

const code = (error: unknown) => (error as NodeJS.ErrnoException).code

function holds(holder: Holder): boolean {
  if (!isRunning(holder.pid)) return false
  const start = processStart(holder.pid)
  return holder.start === null || start === null || start === holder.start
}

function read(file: string): { text: string; holder: Holder | null } | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return null
  }
  try {
    return { text, holder: JSON.parse(text) as Holder }
  } catch {
    return { text, holder: null }
  }
}

/** Makes the file with its whole content or not at all; false when it exists. */
function create(file: string, draft: string, text: string): boolean {
  writeFileSync(draft, text)
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if (code(error) === 'EEXIST') return false
    // Some file systems have no links; then a reader might see the file empty for a moment and takes the lock for a broken one.
    try {
      writeFileSync(file, text, { flag: 'wx' })
      return true
    } catch (second) {
      if (code(second) === 'EEXIST') return false
      throw second
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Puts a dead holder's file out of the way. Another process may do the same at once: only the file that was read may go. */
function bury(file: string, text: string, id: string): void {
  const grave = `${file}.${id}.stale`
  try {
    renameSync(file, grave)
  } catch {
    return
  }
  try {
    if (readFileSync(grave, 'utf8') !== text) linkSync(grave, file)
  } catch {
    // Somebody took the lock in between: theirs stands.
  }
  rmSync(grave, { force: true })
}

/**
 * Takes `<directory>.lock` for this process and resolves to what gives it back. The lock of a process that was killed is
 * taken over; one that runs makes it throw `directory-in-use`, because two processes on one embedded database lose rows.
 */
export function lockDirectory(directory: string): () => void {
  const file = `${directory}.lock`
  const id = newId()
  const text = JSON.stringify({ pid: process.pid, start: processStart(process.pid), id } satisfies Holder)
  for (let attempt = 0; attempt < 20; attempt++) {
    if (create(file, `${file}.${id}`, text)) {
      return () => {
        if (read(file)?.holder?.id === id) rmSync(file, { force: true })
      }
    }
    const found = read(file)
    if (!found) continue
    if (found.holder && holds(found.holder)) {
      const { pid } = found.holder
      throw new OrchestratorError('directory-in-use', `the data in ${directory} is in use by process ${pid}`, {
        fix: `Stop process ${pid} first, choose another folder with ORCHESTRATOR_DATA, or set DATABASE_URL to let several processes share a PostgreSQL database.`,
        details: { pid, directory },
        retryable: false,
      })
    }
    bury(file, found.text, id)
  }
  throw new OrchestratorError('directory-in-use', `could not take the lock file ${file}: others keep taking it`, {
    details: { directory },
  })
}
