import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openDatabase, type DatabaseOptions } from '#db/client.ts'
import { createPlaces } from '#db/testing/places.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { type AppServer, openAppServer } from '#server/app-server.ts'
import { localScope } from '#server/auth/scope.ts'
import { openBlobs } from '#server/blobs/blobs.ts'
import type { StepRegistry } from '#server/engine/engine.ts'
import { defineStep } from '#server/steps/define-step.ts'
import { stepRegistry } from '#server/steps/registry.ts'
import { restoreBackup } from './restore-backup.ts'
import { writeBackup } from './write-backup.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchestrator-backup-'))
const places = { pglite: createPlaces('pglite'), postgres: createPlaces('postgres') }
afterAll(async () => {
  await places.pglite.remove()
  await places.postgres.remove()
  rmSync(folder, { recursive: true, force: true })
})

const environment = { ORCHESTRATOR_MASTER_KEY: 'ab'.repeat(32) }
/** Carried out `begun` times; the step ends when it is told to, or the second time. */
let begun = 0
const slow = defineStep({
  type: 'test.slow',
  title: 'Slow',
  summary: '',
  icon: 'box',
  category: 'data',
  docs: '',
  examples: [],
  config: z.strictObject({}),
  output: z.string(),
  effects: 'write',
  execute: async ({ signal }) => {
    begun++
    if (begun === 1) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    return 'went on'
  },
})
const steps: StepRegistry = new Map([...stepRegistry, ['test.slow', slow]])

const document: PipelineDocument = {
  orchestrator: 1,
  name: 'Of everything',
  steps: [
    { id: 'big', type: 'text.template', with: { template: `${'Ünïcode "quoted" \\ '.repeat(3_000)}{{ 1 + 1 }}` } },
    { id: 'slow', type: 'test.slow', needs: ['big'] },
  ],
  outputs: { text: '{{ big }}', end: '{{ slow }}' },
}

const openApp = (place: DatabaseOptions, dataDir: string): Promise<AppServer> =>
  openAppServer({
    dataDir,
    ...(place.url ? { databaseUrl: place.url } : {}),
    role: 'all',
    steps,
    samples: false,
    environment,
  })

async function endOf(app: AppServer, runId: string): Promise<string> {
  await expect
    .poll(async () => (await app.services.runs.get(localScope, runId)).status, { timeout: 20_000 })
    .toBe('succeeded')
  return (await app.services.runs.get(localScope, runId)).status
}

const kinds = ['pglite', 'postgres'] as const
const ways = kinds.flatMap((from) => kinds.map((to) => [from, to] as const))

describe('backup and restore', () => {
  it.each(ways)(
    'brings everything from %s to an empty %s, and runs go on',
    async (from, to) => {
      begun = 0
      const placeOf = async (kind: (typeof kinds)[number]) => {
        const place = await places[kind].make()
        return { place, dataDir: place.dataDir ?? mkdtempSync(join(folder, 'data-')) }
      }
      const old = await placeOf(from)
      let app = await openApp(old.place, old.dataDir)
      const { services } = app
      const { id: pipelineId } = await services.pipelines.create(localScope, { document })
      const version = await services.versions.create(localScope, pipelineId, 'the first')
      await services.files.write(localScope, 'notes/one.txt', 'a file')
      await services.files.write(localScope, 'empty.txt', '')
      await services.connections.save(localScope, { name: 'openai', provider: 'openai', secret: 'sk-very-secret' })
      await services.settings.update(localScope, { name: 'Ours', settings: { networkAllow: ['*.lan'] } })
      const { runId } = await services.runs.start(localScope, {
        pipelineId,
        inputs: {},
        kind: 'run',
        trigger: 'manual',
      })
      await expect.poll(() => begun).toBe(1)
      await app.close()

      const file = join(folder, `${from}-${to}.backup`)
      const source = await openDatabase(old.place)
      const written = await writeBackup(
        { database: source, blobs: openBlobs(old.dataDir, {}), dataDir: old.dataDir, version: '1' },
        file,
      )
      await source.close()
      expect(written).toMatchObject({ blobs: 1, files: 2 })
      expect(gunzipSync(readFileSync(file)).includes('sk-very-secret')).toBe(false)

      const fresh = await placeOf(to)
      const target = await openDatabase(fresh.place)
      const restoring = { database: target, blobs: openBlobs(fresh.dataDir, {}), dataDir: fresh.dataDir }
      expect(await restoreBackup(restoring, file)).toEqual(written)
      await expect(restoreBackup(restoring, file)).rejects.toMatchObject({ code: 'conflict' })
      await target.close()

      app = await openApp(fresh.place, fresh.dataDir)
      await endOf(app, runId)
      expect(begun).toBe(2)
      const { value } = await app.services.runs.value(localScope, runId, '')
      expect(value).toEqual({ text: `${'Ünïcode "quoted" \\ '.repeat(3_000)}2`, end: 'went on' })
      expect(await app.services.runs.value(localScope, runId, 'big')).toEqual({
        value: (value as { text: string }).text,
      })
      expect(await app.services.versions.get(localScope, pipelineId, version.number)).toMatchObject({
        message: 'the first',
        document,
      })
      expect((await app.services.files.list(localScope)).map(({ path, size }) => [path, size])).toEqual([
        ['empty.txt', 0],
        ['notes/one.txt', 6],
      ])
      expect(await app.services.settings.get(localScope)).toMatchObject({
        name: 'Ours',
        settings: { networkAllow: ['*.lan'] },
      })
      expect((await app.services.connections.list(localScope)).map(({ name }) => name)).toContain('openai')
      await app.services.pipelines.rename(localScope, pipelineId, 'And it can be changed')
      await app.close()
    },
    90_000,
  )

  it('refuses a file that was cut, changed or is something else, and changes nothing', async () => {
    const place = await places.pglite.make()
    const database = await openDatabase(place)
    const target = { database, blobs: openBlobs(place.dataDir!, {}), dataDir: place.dataDir! }
    const whole = join(folder, 'whole.backup')
    await target.blobs.put(new TextEncoder().encode('a value'))
    await writeBackup({ ...target, version: '1' }, whole)
    rmSync(join(place.dataDir!, 'blobs'), { recursive: true })
    const bytes = gunzipSync(readFileSync(whole))
    const flipped = Buffer.from(bytes)
    flipped[bytes.indexOf('a value')]! ^= 1
    const spoiled: [string, Buffer][] = [
      ['cut', gzipSync(bytes.subarray(0, bytes.length - 10))],
      ['cut while zipped', readFileSync(whole).subarray(0, -20)],
      ['changed', gzipSync(flipped)],
      ['text', Buffer.from('hello')],
      ['zipped text', gzipSync('hello hello hello')],
      ['empty', Buffer.alloc(0)],
    ]
    for (const [name, content] of spoiled) {
      const file = join(folder, `${name}.backup`)
      writeFileSync(file, content)
      await expect(restoreBackup(target, file), name).rejects.toMatchObject({ code: 'invalid-request' })
    }
    expect(readdirSync(place.dataDir!)).not.toContain('blobs')
    expect(await restoreBackup(target, whole)).toMatchObject({ blobs: 1 })
    await database.close()
  })

  it('leaves no half file when it fails', async () => {
    const place = await places.pglite.make()
    const database = await openDatabase(place)
    const blobs = openBlobs(place.dataDir!, {})
    await blobs.put(new TextEncoder().encode('a value'))
    const broken = { ...blobs, get: () => Promise.reject(new Error('the disk is on fire')) }
    const file = join(folder, 'half.backup')
    const source = { database, blobs: broken, dataDir: place.dataDir!, version: '1' }
    await expect(writeBackup(source, file)).rejects.toThrow('on fire')
    expect(readdirSync(folder).filter((name) => name.startsWith('half'))).toEqual([])
    await database.close()
  })

  it('has the rows of one moment while others write', async () => {
    const place = await places.postgres.make()
    const database = await openDatabase(place)
    const dataDir = mkdtempSync(join(folder, 'data-'))
    const file = join(folder, 'moment.backup')
    let writing = true
    // A run and its event are one transaction: a backup must have both or neither.
    const writer = (async () => {
      for (let count = 0; writing; count++) {
        await database.transaction(async ({ query }) => {
          await query(
            `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by)
             values ($1, 'local', 'Test', 'hash', '{}', 'owner')`,
            [`run${count}`],
          )
          await query("insert into run_events (run_id, seq, at, data) values ($1, 1, 0, '[]')", [`run${count}`])
        })
      }
    })()
    await expect.poll(async () => (await database.query('select 1 from runs')).rows.length).toBeGreaterThan(50)
    await writeBackup({ database, blobs: openBlobs(dataDir, {}), dataDir, version: '1' }, file)
    writing = false
    await writer
    const target = await openDatabase(await places.pglite.make())
    await restoreBackup({ database: target, blobs: openBlobs(dataDir, {}), dataDir }, file)
    const { rows } = await target.query<{ runs: number; events: number }>(
      'select (select count(*) from runs)::int as runs, (select count(*) from run_events)::int as events',
    )
    expect(rows[0]!.runs).toBeGreaterThan(50)
    expect(rows[0]!.events).toBe(rows[0]!.runs)
    await target.close()
    await database.close()
  })
})
