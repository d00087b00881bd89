import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { describeEachDatabase } from '#db/testing.ts'
import type { OrchestratorError } from '#pipeline/errors.ts'
import { localScope, type Scope } from '#server/auth/scope.ts'
import type { StepFiles } from '#server/steps/define-step.ts'
import { createFiles } from './files.ts'
import { createFolderFiles } from './folder-files.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'orchestrator-files-'))
  folders.push(folder)
  return folder
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => (error as OrchestratorError).code,
  )

/** One suite over every implementation: `root` is the folder that holds the bytes. */
function behavesAsStepFiles(open: () => Promise<{ files: StepFiles; root: string }>): void {
  let files: StepFiles
  let root: string
  beforeEach(async () => {
    ;({ files, root } = await open())
  })

  it('writes, reads, replaces and lists', async () => {
    expect(await files.write('a/ä 1.txt', 'eins')).toEqual({ path: 'a/ä 1.txt', size: 4 })
    expect(await files.readText('a/ä 1.txt')).toBe('eins')
    await files.write('a/ä 1.txt', new Uint8Array([0, 255]))
    expect([...(await files.read('a/ä 1.txt'))]).toEqual([0, 255])
    await files.write('b.csv', '')
    expect(await files.list()).toMatchObject([
      { path: 'a/ä 1.txt', size: 2 },
      { path: 'b.csv', size: 0, mediaType: 'text/csv' },
    ])
    expect(await files.list('a/')).toHaveLength(1)
    expect(await files.exists('b.csv')).toBe(true)
    expect(await files.exists('a')).toBe(false)
  })

  it('reads a file piece by piece, and closes it when nobody reads on', async () => {
    await files.write('long.txt', 'x'.repeat(180_000))
    let size = 0
    for await (const piece of files.readStream('long.txt')) size += piece.length
    expect(size).toBe(180_000)
    for await (const piece of files.readStream('long.txt')) {
      expect(piece.length).toBeLessThan(180_000)
      break
    }
    const missing = files.readStream('none.txt')[Symbol.asyncIterator]()
    expect(await codeOf(missing.next())).toBe('file-not-found')
    const outside = files.readStream('../x.txt')[Symbol.asyncIterator]()
    expect(await codeOf(outside.next())).toBe('path-outside')
  })

  it('takes the same name in either Unicode form as the same file', async () => {
    await files.write('caf\u00e9.txt', 'one')
    expect(await files.readText('cafe\u0301.txt')).toBe('one')
  })

  it('appends every line once when many append at the same time', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, n) => files.append('log/lines.txt', `${n}\n`)))
    const lines = (await files.readText('log/lines.txt')).trimEnd().split('\n')
    expect(lines.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n))
    expect((await files.list('log/'))[0]?.size).toBe(lines.join('\n').length + 1)
  })

  it('shows a reader a whole file while others replace it', async () => {
    const versions = ['a'.repeat(100_000), 'b'.repeat(150_000)]
    await files.write('big.txt', versions[0] ?? '')
    const writes = Array.from({ length: 20 }, (_, n) => files.write('big.txt', versions[n % 2] ?? ''))
    for (let round = 0; round < 20; round += 1) expect(versions).toContain(await files.readText('big.txt'))
    await Promise.all(writes)
    expect((await readdir(root)).filter((name) => name !== 'big.txt')).toEqual([])
  })

  it.each([
    '../x.txt',
    'a/../../x.txt',
    '/etc/passwd',
    'C:\\x',
    '~/x',
    'a\\..\\b',
    'nul\u0000l',
    'a//',
    '.',
    '',
    'a:b',
  ])('refuses the path %j', async (path) => {
    expect(['path-outside', 'invalid-request']).toContain(await codeOf(files.write(path, 'x')))
    expect(['path-outside', 'invalid-request']).toContain(await codeOf(files.read(path)))
    expect(['path-outside', 'invalid-request']).toContain(await codeOf(files.append(path, 'x')))
  })

  it('refuses names and paths that are too long', async () => {
    expect(await codeOf(files.write('ä'.repeat(128), 'x'))).toBe('invalid-request')
    expect(await codeOf(files.write(`${'a/'.repeat(600)}b`, 'x'))).toBe('invalid-request')
  })

  it('does not follow links out of the folder, to a file or through a folder', async () => {
    const outside = await newFolder()
    await writeFile(join(outside, 'secret.txt'), 'secret')
    await mkdir(root, { recursive: true })
    await symlink(join(outside, 'secret.txt'), join(root, 'link.txt'))
    await symlink(outside, join(root, 'folder'))
    for (const path of ['link.txt', 'folder/secret.txt', 'folder/new.txt']) {
      expect(await codeOf(files.read(path))).toBe('path-outside')
      expect(await codeOf(files.write(path, 'x'))).toBe('path-outside')
      expect(await codeOf(files.append(path, 'x'))).toBe('path-outside')
    }
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
    expect(await readdir(outside)).toEqual(['secret.txt'])
  })

  it('refuses a link that dangles out of the folder', async () => {
    const outside = await newFolder()
    await mkdir(root, { recursive: true })
    await symlink(join(outside, 'not-yet.txt'), join(root, 'dangling.txt'))
    expect(await codeOf(files.append('dangling.txt', 'x'))).toBe('path-outside')
    expect(await readdir(outside)).toEqual([])
  })

  it('says what is missing, too large, not text, or in the way', async () => {
    expect(await codeOf(files.read('none.txt'))).toBe('file-not-found')
    expect(await codeOf(files.write('large.bin', new Uint8Array(300_000)))).toBe('file-too-large')
    await files.write('small.txt', new Uint8Array(150_000))
    expect(await codeOf(files.append('small.txt', new Uint8Array(150_000)))).toBe('file-too-large')
    await files.write('binary', new Uint8Array([255, 254, 0]))
    expect(await codeOf(files.readText('binary'))).toBe('invalid-request')
    await files.write('folder/file', 'x')
    expect(await codeOf(files.write('folder', 'x'))).toBe('invalid-request')
    expect(await codeOf(files.write('folder/file/below', 'x'))).toBe('invalid-request')
  })
}

describe('files of a plain folder', () => {
  behavesAsStepFiles(async () => {
    const root = join(await newFolder(), 'work')
    return { files: createFolderFiles(root, { maxFileBytes: 200_000 }), root }
  })

  it('reads vouched files elsewhere by their absolute path, and no others', async () => {
    const elsewhere = join(await newFolder(), 'given.csv')
    await writeFile(elsewhere, 'a,b')
    const files = createFolderFiles(await newFolder(), { readable: [elsewhere] })
    expect(await files.readText(elsewhere)).toBe('a,b')
    expect(await files.exists(elsewhere)).toBe(true)
    expect(await codeOf(files.readText(join(dirname(elsewhere), 'other')))).toBe('path-outside')
    expect(await codeOf(files.write(elsewhere, 'x'))).toBe('path-outside')
  })
})

describeEachDatabase('files of a workspace', (open) => {
  const start = async () => {
    const dataDir = await newFolder()
    const database = await open()
    return { dataDir, database, files: createFiles({ database, dataDir, maxFileBytes: 200_000 }) }
  }

  describe('as steps see them', () => {
    let shared: Awaited<ReturnType<typeof open>> | null = null
    behavesAsStepFiles(async () => {
      shared ??= await open()
      await shared.query('delete from files')
      const dataDir = await newFolder()
      const files = createFiles({ database: shared, dataDir, maxFileBytes: 200_000 })
      return { files: files.forScope(localScope), root: join(dataDir, 'files', 'local') }
    })
  })

  it('keeps workspaces apart', async () => {
    const { files, database } = await start()
    await database.query(`insert into workspaces (id, name) values ('other', 'Other')`)
    const other: Scope = { ...localScope, workspaceId: 'other' }
    await files.write(localScope, 'mine.txt', 'x')
    expect(await files.list(other)).toEqual([])
    expect(await codeOf(files.openRead(other, 'mine.txt'))).toBe('file-not-found')
    expect(await codeOf(files.delete(other, 'mine.txt'))).toBe('file-not-found')
    expect(await codeOf(files.rename(other, 'mine.txt', 'theirs.txt'))).toBe('file-not-found')
    expect(await files.list(localScope)).toHaveLength(1)
  })

  it('streams in and out, and leaves nothing of a stream that is too large', async () => {
    const { files, dataDir } = await start()
    async function* parts(count: number) {
      for (let n = 0; n < count; n += 1) yield Buffer.alloc(50_000, n)
    }
    expect(await files.write(localScope, 'in/stream.bin', parts(3))).toMatchObject({ size: 150_000 })
    const { file, stream } = await files.openRead(localScope, 'in/stream.bin')
    expect(file).toMatchObject({ size: 150_000, mediaType: 'application/octet-stream' })
    expect((await buffer(stream)).byteLength).toBe(150_000)
    expect(await codeOf(files.write(localScope, 'in/stream.bin', parts(6)))).toBe('file-too-large')
    expect((await files.list(localScope))[0]?.size).toBe(150_000)
    expect(await readdir(join(dataDir, 'files/local/in'))).toEqual(['stream.bin'])
  })

  it('renames and deletes', async () => {
    const { files } = await start()
    await files.write(localScope, 'a.txt', 'a')
    await files.write(localScope, 'b.txt', 'b')
    expect(await codeOf(files.rename(localScope, 'a.txt', 'b.txt'))).toBe('conflict')
    expect(await files.rename(localScope, 'a.txt', 'new/a.csv')).toMatchObject({ mediaType: 'text/csv' })
    await files.delete(localScope, 'b.txt')
    expect((await files.list(localScope)).map(({ path }) => path)).toEqual(['new/a.csv'])
    expect(await codeOf(files.delete(localScope, 'b.txt'))).toBe('file-not-found')
  })

  it('puts the rows right when bytes have changed behind its back', async () => {
    const { files, database, dataDir } = await start()
    await files.write(localScope, 'gone.txt', 'x')
    await files.write(localScope, 'grown.txt', 'x')
    await rm(join(dataDir, 'files/local/gone.txt'))
    await writeFile(join(dataDir, 'files/local/grown.txt'), 'longer')
    await writeFile(join(dataDir, 'files/local/new.txt'), 'new')
    const reopened = createFiles({ database, dataDir })
    expect(await reopened.list(localScope)).toMatchObject([
      { path: 'grown.txt', size: 6 },
      { path: 'new.txt', size: 3 },
    ])
  })
})
