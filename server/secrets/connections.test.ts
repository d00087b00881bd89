import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connections as table } from '#db/schema/connections.ts'
import { workspaces } from '#db/schema/workspaces.ts'
import type { Database } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import { localScope, type Scope } from '#server/auth/scope.ts'
import { type FakeProvider, startFakeAnthropic, startFakeOpenAi } from '../models/testing/fake-provider.ts'
import type { ConnectionInput } from './connection.ts'
import { createConnections, type Connections } from './connections.ts'

const outsider: Scope = { workspaceId: 'other', memberId: 'eve', role: 'owner' }
const viewer: Scope = { ...localScope, memberId: 'vera', role: 'viewer' }
const key = 'sk-test-1234567890abcd'
const openai: ConnectionInput = { name: 'openai', provider: 'openai', secret: key }

describeEachDatabase('connections', (open) => {
  let database: Database
  let connections: Connections
  let fake: FakeProvider
  const dataDir = mkdtempSync(join(tmpdir(), 'connections-'))

  beforeAll(async () => {
    database = await open()
    await database.orm
      .insert(workspaces)
      .values([
        { id: 'local', name: 'Local' },
        { id: 'other', name: 'Other' },
      ])
      .onConflictDoNothing()
    connections = createConnections({ database, dataDir })
    fake = await startFakeOpenAi({ apiKey: key, models: ['a', 'b'] })
  })
  afterAll(() => fake.close())

  it('saves a key that no list and no row ever shows again', async () => {
    const saved = await connections.save(localScope, openai)
    expect(saved).toMatchObject({ name: 'openai', hasSecret: true, hint: 'abcd', source: 'stored' })
    const listed = await connections.list(localScope)
    expect(listed).toEqual([saved])
    expect(JSON.stringify(listed)).not.toContain('1234567890')
    const [row] = await database.orm.select().from(table)
    expect(Buffer.from(row!.secret!).includes('1234567890')).toBe(false)
    expect(await connections.secretsFor(localScope).get('openai')).toBe(key)
    expect(await connections.secretsFor(localScope).values()).toEqual([key])
    expect(await connections.resolve(localScope)).toEqual([{ name: 'openai', provider: 'openai', apiKey: key }])
  })

  it('is not there for another workspace', async () => {
    expect(await connections.list(outsider)).toEqual([])
    expect(await connections.resolve(outsider)).toEqual([])
    expect(await connections.secretsFor(outsider).get('openai')).toBeUndefined()
    await expect(connections.remove(outsider, 'openai')).rejects.toMatchObject({ code: 'not-found' })
    await expect(connections.test(outsider, 'openai')).rejects.toMatchObject({ code: 'not-found' })
    await connections.save(outsider, { ...openai, secret: 'another-secret' })
    expect(await connections.secretsFor(localScope).get('openai')).toBe(key)
    await connections.remove(outsider, 'openai')
  })

  it('does not open a row that was copied to another workspace', async () => {
    const [row] = await database.orm.select().from(table)
    await database.orm.insert(table).values({ ...row!, workspaceId: 'other' })
    await expect(connections.resolve(outsider)).rejects.toThrow('cannot be decrypted')
    await connections.remove(outsider, 'openai')
  })

  it('lets viewers look but not touch', async () => {
    expect(await connections.list(viewer)).toHaveLength(1)
    await expect(connections.save(viewer, openai)).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(connections.remove(viewer, 'openai')).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(connections.test(viewer, 'openai')).rejects.toMatchObject({ code: 'not-allowed' })
  })

  it('keeps the key when other settings change, but not when the address does', async () => {
    const saved = await connections.save(localScope, {
      name: 'openai',
      provider: 'openai',
      defaultModel: 'gpt-4o-mini',
    })
    expect(saved).toMatchObject({ hint: 'abcd', defaultModel: 'gpt-4o-mini' })
    expect(await connections.secretsFor(localScope).get('openai')).toBe(key)
    const elsewhere = { name: 'openai', provider: 'openai' as const, baseUrl: fake.baseUrl }
    await expect(connections.save(localScope, elsewhere)).rejects.toThrow('enter its key again')
    await expect(connections.test(localScope, elsewhere)).rejects.toThrow('enter its key again')
    const moved = await connections.save(localScope, { ...elsewhere, secret: key })
    expect(moved.baseUrl).toBe(fake.baseUrl)
    expect(await connections.save(localScope, { ...elsewhere, secret: null })).toMatchObject({
      hasSecret: false,
      hint: null,
    })
  })

  it('tests a connection against the provider itself', async () => {
    await connections.save(localScope, { ...openai, baseUrl: fake.baseUrl })
    expect(await connections.test(localScope, 'openai')).toMatchObject({ ok: true, models: 2 })
    const wrong = await connections.test(localScope, { ...openai, baseUrl: fake.baseUrl, secret: 'sk-wrong-key-0000' })
    expect(wrong).toMatchObject({ ok: false, message: expect.stringMatching(/401.*Check the key/s) })
    expect(wrong.message).not.toContain('sk-wrong-key-0000')
    const gone = await startFakeOpenAi()
    await gone.close()
    const input = { name: 'mine', provider: 'openai-compatible' as const, baseUrl: gone.baseUrl }
    expect(await connections.test(localScope, input)).toMatchObject({
      ok: false,
      message: expect.stringContaining('cannot be reached'),
    })
    const anthropic = await startFakeAnthropic({ apiKey: key })
    const claude = { name: 'anthropic', provider: 'anthropic' as const, baseUrl: anthropic.baseUrl, secret: key }
    expect(await connections.test(localScope, claude)).toMatchObject({ ok: true, models: 1 })
    await anthropic.close()
  })

  it('refuses what cannot work, naming the field', async () => {
    const refused = (input: Partial<ConnectionInput>) => connections.save(localScope, { ...openai, ...input })
    await expect(refused({ name: 'a/b' })).rejects.toMatchObject({ code: 'invalid-request', info: { field: 'name' } })
    await expect(refused({ baseUrl: 'file:///etc/passwd' })).rejects.toMatchObject({ info: { field: 'baseUrl' } })
    await expect(refused({ provider: 'openai-compatible' })).rejects.toMatchObject({ info: { field: 'baseUrl' } })
    await expect(refused({ secret: 'two\nlines' })).rejects.toMatchObject({ info: { field: 'secret' } })
  })

  it('offers keys of the environment, read-only and to the local workspace only', async () => {
    const withEnvironment = createConnections({
      database,
      dataDir,
      environment: { ANTHROPIC_API_KEY: 'sk-ant-12345678' },
    })
    expect(await withEnvironment.list(localScope)).toContainEqual(
      expect.objectContaining({ name: 'anthropic', source: 'environment', hint: '5678' }),
    )
    expect(await withEnvironment.secretsFor(localScope).values()).toContain('sk-ant-12345678')
    expect(await withEnvironment.list(outsider)).toEqual([])
    await expect(withEnvironment.remove(localScope, 'anthropic')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('removes a connection', async () => {
    await connections.remove(localScope, 'openai')
    expect(await connections.list(localScope)).toEqual([])
    await expect(connections.remove(localScope, 'openai')).rejects.toMatchObject({ code: 'not-found' })
  })
})
