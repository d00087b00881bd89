import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type Database } from './client.ts'
import { connections, members, workspaces } from './schema/schema.ts'
import { describeEachDatabase, startTestPostgres } from './testing.ts'

const home = mkdtempSync(join(tmpdir(), 'orchestrator-client-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

describeEachDatabase('database', (open, { place, kind }) => {
  let database: Database
  beforeAll(async () => {
    database = await open()
    await database.query('create table notes (id int primary key, text text unique deferrable initially deferred)')
  })

  it('has the local workspace and its owner, also when opened again', async () => {
    const where = await place()
    for (let time = 1; time <= 2; time++) {
      const opened = await openDatabase(where)
      expect(opened.kind).toBe(kind)
      expect(await opened.orm.select({ id: workspaces.id }).from(workspaces)).toEqual([{ id: 'local' }])
      expect(await opened.orm.select().from(members)).toEqual([
        { workspaceId: 'local', id: 'owner', name: 'Owner', role: 'owner' },
      ])
      await opened.close()
    }
  })

  it('gives the same values back, whichever the database', async () => {
    const { rows } = await database.query(
      `select 42::int8 as number, 9007199254740993::int8 as big, $1::bytea as bytes, $2::json as json, $3::text as string,
        null as nothing, true as yes, 1.5::float8 as float, timestamptz '2026-01-02 03:04:05.678+00' as time, array['a', null, 'c"d'] as list`,
      [new Uint8Array([0, 255, 7]), '{"b":1,"a":["x"]}', 'é\n'],
    )
    expect(rows).toEqual([
      {
        number: 42,
        big: 9007199254740993n,
        bytes: new Uint8Array([0, 255, 7]),
        json: { b: 1, a: ['x'] },
        string: 'é\n',
        nothing: null,
        yes: true,
        float: 1.5,
        time: new Date('2026-01-02T03:04:05.678Z'),
        list: ['a', null, 'c"d'],
      },
    ])
    expect(Object.keys(rows[0]!['json'] as object)).toEqual(['b', 'a'])
  })

  it('gives the same values through drizzle: bytes, JSON that looks like something else, dates', async () => {
    const row = {
      workspaceId: 'local',
      name: 'one',
      provider: 'openai',
      settings: { baseUrl: '"12"', defaultModel: 'null' },
      secret: new Uint8Array([1, 0, 200]),
      updatedAt: new Date('2026-05-06T07:08:09.123Z'),
    }
    await database.orm.insert(connections).values(row)
    const [found] = await database.orm.select().from(connections).where(eq(connections.name, 'one'))
    expect(found).toMatchObject(row)
    expect(found!.createdAt).toBeInstanceOf(Date)
  })

  it('counts affected rows and runs named statements with changing parameters', async () => {
    for (let id = 1; id <= 20; id++) {
      const { affected } = await database.query(
        'insert into notes (id, text) values ($1, $2)',
        [id, `note ${id}`],
        'add',
      )
      expect(affected).toBe(1)
    }
    const { rows } = await database.query<{ text: string }>(
      'select text from notes where id = any($1::int[])',
      [[3, 5]],
      'get',
    )
    expect(rows.map(({ text }) => text)).toEqual(['note 3', 'note 5'])
    const again = await database.query('select text from notes where id = any($1::int[])', [[4]], 'get')
    expect(again.rows).toEqual([{ text: 'note 4' }])
    expect((await database.query('delete from notes where id > $1', [5])).affected).toBe(15)
    expect((await database.query('select 1 as x where false')).rows).toEqual([])
  })

  it('gives PostgreSQL error codes, and is fit for use after an error, in named statements too', async () => {
    await database.query('insert into notes select 1 where not exists (select from notes where id = 1)')
    for (let time = 0; time < 2; time++) {
      const failing = database.query('insert into notes values ($1)', [1], 'failing')
      await expect(failing).rejects.toMatchObject({ code: '23505', constraint: 'notes_pkey' })
      await expect(database.query('select nothing from nowhere', [], 'wrong')).rejects.toMatchObject({ code: '42P01' })
      await expect(database.query('select $1::int as x', ['abc'], 'number')).rejects.toMatchObject({ code: '22P02' })
      expect((await database.query('select $1::int as x', [7], 'number')).rows).toEqual([{ x: 7 }])
    }
  })

  it('commits a transaction whole or not at all, also when the commit itself fails', async () => {
    const add = (id: number, text: string) => (transaction: Pick<Database, 'query'>) =>
      transaction.query('insert into notes values ($1, $2)', [id, text])
    await database.transaction(async (transaction) => {
      await add(101, 'a')(transaction)
      await transaction.orm.insert(workspaces).values({ id: 'other', name: 'Other' })
    })
    const thrown = database.transaction(async (transaction) => {
      await add(102, 'b')(transaction)
      throw new Error('changed my mind')
    })
    await expect(thrown).rejects.toThrow('changed my mind')
    const deferred = database.transaction(async (transaction) => {
      await add(103, 'a')(transaction)
    })
    await expect(deferred).rejects.toMatchObject({ code: '23505' })
    const { rows } = await database.query('select id from notes where id > 100')
    expect(rows).toEqual([{ id: 101 }])
    expect(await database.orm.$count(workspaces)).toBe(2)
  })

  it('does not mix statements into an open transaction', async () => {
    const inside = Promise.withResolvers<void>()
    const proceed = Promise.withResolvers<void>()
    const rolledBack = database.transaction(async ({ query }) => {
      await query("insert into notes values (201, 'inside')")
      inside.resolve()
      await proceed.promise
      throw new Error('roll back')
    })
    await inside.promise
    const outside = database.query("insert into notes values (202, 'outside')")
    proceed.resolve()
    await expect(rolledBack).rejects.toThrow('roll back')
    await outside
    expect((await database.query('select id from notes where id > 200')).rows).toEqual([{ id: 202 }])
  })

  it('listens until told to stop', async () => {
    const heard: string[] = []
    const more = Promise.withResolvers<void>()
    const stop = await database.listen('some-channel', (payload) => heard.push(payload))
    const stopOther = await database.listen('some-channel', (payload) => {
      if (payload === 'last') more.resolve()
    })
    await database.query("select pg_notify('some-channel', 'first')")
    await database.query("select pg_notify('another', 'x')")
    await expect.poll(() => heard).toEqual(['first'])
    await stop()
    await database.query("select pg_notify('some-channel', 'last')")
    await more.promise
    await stopOther()
    expect(heard).toEqual(['first'])
  })

  it('works off jobs that were sent inside a transaction, and none of one rolled back', async () => {
    const boss = database.createBoss({ supervise: false, schedule: false })
    await boss.start()
    await boss.createQueue('greet', { notify: true })
    const send = (name: string, fail: boolean) =>
      database.transaction(async (transaction) => {
        await boss.send('greet', { name }, { db: database.bossIn(transaction) })
        if (fail) throw new Error('no')
      })
    await expect(send('nobody', true)).rejects.toThrow('no')
    await send('you', false)
    const done = Promise.withResolvers<unknown>()
    await boss.work('greet', async ([job]) => done.resolve(job!.data))
    expect(await done.promise).toEqual({ name: 'you' })
    await boss.stop({ graceful: false })
  })

  it('says who is alive by the locks of sessions', async () => {
    const session = await database.openSession()
    await session.query('select pg_advisory_lock(77)')
    const free = async () => (await database.query('select pg_try_advisory_lock(77) as free')).rows[0]!['free']
    // The embedded database is one session: there its locks exclude nobody, because nobody else can be there.
    expect(await free()).toBe(kind === 'pglite')
    await session.close()
    await session.ended
    await expect.poll(free).toBe(true)
  })
})

describe('embedded database', () => {
  it.each(['db.lock', 'db.partial', 'db'])(
    'opens after a kill of its first opening, as soon as %s is there',
    async (name) => {
      const dataDir = join(home, `killed-at-${name}`)
      const script = `import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'client.ts'))}
      await openDatabase({ dataDir: ${JSON.stringify(dataDir)} })`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      const exited = once(child, 'exit')
      await expect.poll(() => existsSync(join(dataDir, name)), { interval: 1, timeout: 20_000 }).toBe(true)
      child.kill('SIGKILL')
      await exited
      const database = await openDatabase({ dataDir })
      expect(await database.orm.$count(workspaces)).toBe(1)
      await database.close()
      expect(readdirSync(dataDir)).toEqual(['db'])
    },
  )

  it('answers with database-unavailable after it was closed', async () => {
    const database = await openDatabase({ dataDir: join(home, 'closed') })
    await database.close()
    await database.close()
    await expect(database.query('select 1')).rejects.toMatchObject({ code: 'database-unavailable', retryable: false })
  })

  it('needs to be told where', async () => {
    await expect(openDatabase({})).rejects.toMatchObject({ code: 'invalid-request' })
  })
})

describe('PostgreSQL', () => {
  it('names the server but not the password when it cannot be reached', async () => {
    const error = await openDatabase({ url: 'postgres://me:hunter2@127.0.0.1:1/mine' }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'database-unavailable', retryable: true })
    expect((error as Error).message).toContain('127.0.0.1:1/mine')
    expect(JSON.stringify(error) + (error as Error).message).not.toContain('hunter2')
  })

  it('lets many processes open a new database at once', async () => {
    const server = await startTestPostgres()
    const opened = await Promise.all(Array.from({ length: 5 }, () => openDatabase(server)))
    expect(await opened[0]!.orm.$count(members)).toBe(1)
    await Promise.all(opened.map((database) => database.close()))
    await server.stop()
  })

  it('comes back after the server was killed: statements, listeners, and sessions that ended', async () => {
    const server = await startTestPostgres({ durable: true })
    const database = await openDatabase(server)
    const heard: string[] = []
    const reconnected = Promise.withResolvers<void>()
    await database.listen('news', (payload) => heard.push(payload), reconnected.resolve)
    const session = await database.openSession()
    await database.query("insert into workspaces (id, name) values ('kept', 'Kept')")
    await server.kill()
    await session.ended
    await expect(database.query('select 1')).rejects.toMatchObject({ code: 'database-unavailable' })
    await server.restart()
    await reconnected.promise
    await database.query("select pg_notify('news', 'again')")
    await expect.poll(() => heard).toEqual(['again'])
    expect(await database.orm.$count(workspaces)).toBe(2)
    await database.close()
    await server.stop()
  })
})
