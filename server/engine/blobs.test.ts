import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createFolderBlobs, createMemoryBlobs } from './blobs.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchestrator-blobs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bytes = (text: string) => new TextEncoder().encode(text)

describe.each([
  ['folder', () => createFolderBlobs(join(folder, 'suite'))],
  ['memory', createMemoryBlobs],
])('blobs (%s)', (_name, create) => {
  const blobs = create()

  it('gives back any bytes under their SHA-256', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (content) => {
        const hash = await blobs.put(content)
        expect(hash).toMatch(/^[0-9a-f]{64}$/)
        expect(Buffer.from(await blobs.get(hash)).equals(content)).toBe(true)
        expect(await blobs.has(hash)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('keeps what it was given when the caller changes its buffer', async () => {
    const buffer = bytes('before')
    const hash = await blobs.put(buffer)
    buffer.set(bytes('AFTER!'))
    expect(new TextDecoder().decode(await blobs.get(hash))).toBe('before')
  })

  it('says not-found for a hash it does not have and for what is no hash', async () => {
    for (const hash of ['0'.repeat(64), '../../etc/passwd', '']) {
      await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'not-found' })
      expect(await blobs.has(hash)).toBe(false)
    }
  })
})

describe('blobs in a folder', () => {
  it('stores equal bytes once, also when written at the same time, and leaves no drafts', async () => {
    const home = join(folder, 'once')
    const blobs = createFolderBlobs(home)
    const hashes = await Promise.all(Array.from({ length: 20 }, () => blobs.put(bytes('the same'))))
    expect(new Set(hashes).size).toBe(1)
    const names = readdirSync(home, { recursive: true }).map(String)
    expect(names.toSorted()).toEqual([hashes[0]!.slice(0, 2), join(hashes[0]!.slice(0, 2), hashes[0]!)])
  })

  it('refuses bytes that no longer fit their hash', async () => {
    const home = join(folder, 'damaged')
    const blobs = createFolderBlobs(home)
    const hash = await blobs.put(bytes('whole'))
    writeFileSync(join(home, hash.slice(0, 2), hash), 'half')
    await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'internal' })
  })
})
