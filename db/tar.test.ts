import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { packTar, unpackTar } from './tar.ts'

const home = mkdtempSync(join(tmpdir(), 'orchestrator-tar-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

it('gives a folder back as it was, and other programs can read the tar', () => {
  const folder = join(home, 'from')
  mkdirSync(join(folder, 'a', 'empty'), { recursive: true })
  const contents: Record<string, Buffer> = {
    'a/exact': Buffer.alloc(512, 1),
    'a/none': Buffer.alloc(0),
    big: Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256)),
  }
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content)
  const tar = packTar(folder)
  unpackTar(tar, join(home, 'to'))
  writeFileSync(join(home, 'archive.tar'), tar)
  mkdirSync(join(home, 'other'))
  execFileSync('tar', ['-xf', join(home, 'archive.tar'), '-C', join(home, 'other')])
  for (const copy of ['to', 'other']) {
    const names = readdirSync(join(home, copy), { recursive: true }).map(String)
    expect(names.toSorted()).toEqual(['a', 'a/empty', 'a/exact', 'a/none', 'big'])
    for (const [name, content] of Object.entries(contents)) {
      expect(readFileSync(join(home, copy, name)).equals(content)).toBe(true)
    }
  }
})

it('refuses names that do not fit', () => {
  const folder = join(home, 'long')
  mkdirSync(folder)
  writeFileSync(join(folder, 'x'.repeat(120)), '')
  expect(() => packTar(folder)).toThrow('name too long')
})
