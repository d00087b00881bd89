import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { loadMasterKey } from './master-key.ts'

const newFolder = () => mkdtempSync(join(tmpdir(), 'master-key-'))

describe('the master key', () => {
  it('is made once, readable by its owner only', () => {
    const dataDir = join(newFolder(), 'not', 'there', 'yet')
    const key = loadMasterKey({ dataDir, environment: {} })
    expect(key).toHaveLength(32)
    expect(loadMasterKey({ dataDir, environment: {} })).toEqual(key)
    expect(statSync(join(dataDir, 'master.key')).mode & 0o777).toBe(0o600)
    expect(readdirSync(dataDir)).toEqual(['master.key'])
  })

  it('is the same for processes that start at the same time', async () => {
    const dataDir = newFolder()
    const code = `
      import { loadMasterKey } from ${JSON.stringify(join(import.meta.dirname, 'master-key.ts'))}
      console.log(loadMasterKey({ dataDir: ${JSON.stringify(dataDir)}, environment: {} }).toString('hex'))`
    const start = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
    const keys = await Promise.all(Array.from({ length: 4 }, start))
    expect(new Set(keys.map(({ stdout }) => stdout)).size).toBe(1)
  })

  it('comes from the environment as hex or base64, and a wrong one is refused', () => {
    const hex = '0123456789abcdef'.repeat(4)
    const expected = Buffer.from(hex, 'hex')
    const load = (key: string) => loadMasterKey({ dataDir: '/nowhere', environment: { ORCHESTRATOR_MASTER_KEY: key } })
    expect(load(hex)).toEqual(expected)
    expect(load(expected.toString('base64'))).toEqual(expected)
    expect(() => load('too short')).toThrow('must be 32 bytes')
  })

  it('is refused when its file was damaged', () => {
    const dataDir = newFolder()
    writeFileSync(join(dataDir, 'master.key'), 'damaged')
    expect(() => loadMasterKey({ dataDir, environment: {} })).toThrow('must be 32 bytes')
  })
})
