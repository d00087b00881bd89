import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, expect, it } from 'vitest'
import { lockDirectory } from './directory-lock.ts'
import { processStart } from './process-start.ts'

const home = mkdtempSync(join(tmpdir(), 'orchestrator-lock-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function tryInProcess(directory: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'directory-lock.fixture.ts'), directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const end = async (kill: boolean) => {
    if (kill) child.kill('SIGKILL')
    else child.stdin.end()
    await exited
  }
  return { pid: child.pid!, line, end }
}

it('refuses a directory that a running process holds, says which and what to do, until that one gives it back', async () => {
  const directory = join(home, 'held')
  const holder = await tryInProcess(directory)
  expect(holder.line).toBe('locked')
  const attempt = () => lockDirectory(directory)
  expect(attempt).toThrow(`${directory} is in use by process ${holder.pid}`)
  try {
    attempt()
  } catch (error) {
    expect(error).toMatchObject({ code: 'directory-in-use', info: { details: { pid: holder.pid } } })
    expect((error as { info: { fix: string } }).info.fix).toContain(`Stop process ${holder.pid}`)
  }
  await holder.end(false)
  lockDirectory(directory)()
  expect(existsSync(`${directory}.lock`)).toBe(false)
})

it('refuses this process, too, and gives back only what was taken', () => {
  const directory = join(home, 'twice')
  const unlock = lockDirectory(directory)
  expect(() => lockDirectory(directory)).toThrow(`process ${process.pid}`)
  unlock()
  const second = lockDirectory(directory)
  unlock()
  expect(existsSync(`${directory}.lock`)).toBe(true)
  second()
})

it('takes over the lock of a killed process, at once', async () => {
  const directory = join(home, 'killed')
  const holder = await tryInProcess(directory)
  await holder.end(true)
  lockDirectory(directory)()
})

it('takes over when the process id now belongs to another process, and when the file is broken', () => {
  const directory = join(home, 'reused')
  expect(processStart(process.pid)).not.toBeNull()
  for (const content of [JSON.stringify({ pid: process.pid, start: 'before', id: 'x' }), '', '{"pid":']) {
    writeFileSync(`${directory}.lock`, content)
    const unlock = lockDirectory(directory)
    expect(JSON.parse(readFileSync(`${directory}.lock`, 'utf8'))).toMatchObject({ pid: process.pid })
    unlock()
  }
})

it('gives a stale lock to exactly one of many that want it', async () => {
  const directory = join(home, 'many')
  writeFileSync(`${directory}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, start: '1', id: 'dead' }))
  const all = await Promise.all(Array.from({ length: 6 }, () => tryInProcess(directory)))
  expect(all.filter(({ line }) => line === 'locked')).toHaveLength(1)
  await Promise.all(all.map(({ end }) => end(false)))
  expect(readdirSync(home).filter((name) => name.startsWith('many'))).toEqual([])
})
