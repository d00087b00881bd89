import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OrchestratorError } from '#pipeline/errors.ts'

const keyBytes = 32

function parseKey(text: string, from: string): Buffer {
  const trimmed = text.trim()
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64')
  if (key.length === keyBytes) return key
  throw new OrchestratorError(
    'invalid-request',
    `The master key from ${from} has ${key.length} bytes; it must be 32 bytes as 64 hex digits or as base64`,
    { fix: 'Make one with: openssl rand -hex 32', retryable: false },
  )
}

/**
 * The 32-byte key that wraps every data key: from `ORCHESTRATOR_MASTER_KEY`, else from `master.key` (mode 0600) in the
 * data directory, which is made at first use. Throws `invalid-request` when the given key has a wrong length.
 */
export function loadMasterKey(options: { dataDir: string; environment?: Record<string, string | undefined> }): Buffer {
  const given = (options.environment ?? process.env)['ORCHESTRATOR_MASTER_KEY']
  if (given) return parseKey(given, 'ORCHESTRATOR_MASTER_KEY')
  mkdirSync(options.dataDir, { recursive: true })
  const file = join(options.dataDir, 'master.key')
  try {
    return parseKey(readFileSync(file, 'utf8'), file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  // Written whole beside it and linked into place: two processes that start together end up with the same key.
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(temporary, `${randomBytes(keyBytes).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(temporary, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(temporary, { force: true })
  }
  return parseKey(readFileSync(file, 'utf8'), file)
}
