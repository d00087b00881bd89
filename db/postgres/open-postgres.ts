import { drizzle } from 'drizzle-orm/node-postgres'
import { PgBoss } from 'pg-boss'
import type { Database, Orm, Query, Session, Transaction } from '../database.ts'
import { migrate } from '../migrate.ts'
import * as schema from '../schema/schema.ts'
import { Listener } from './listener.ts'
import { pg } from './types.ts'
import { isConnectionError, toUnavailable } from './unavailable.ts'

/** Connections per process beside the listener's, the job queue's own and each session. */
const poolSize = 10

/** PostgreSQL at the URL. A lost connection is replaced at its next use; throws `database-unavailable` while there is none. */
export async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    application_name: 'orchestrator',
  })
  // An idle connection that breaks is dropped from the pool; without a listener Node would end the process.
  pool.on('error', () => {})
  // Nor must one that breaks between being handed out and being listened to: what a process that was frozen finds in its sockets
  // (an answer, and then that the server has gone) arrives in one piece.
  pool.on('connect', (client) => client.on('error', () => {}))
  const query = toQuery(pool, url)
  const transaction: Database['transaction'] = (work) => inTransaction(pool, url, work)
  await migrate(transaction).catch(async (error) => {
    await pool.end()
    throw error
  })
  const listener = new Listener(url)
  const sessions = new Set<Session>()
  let closing: Promise<void> | undefined
  const close = async () => {
    await Promise.all([listener.close(), ...Array.from(sessions, (session) => session.close())])
    await pool.end()
  }
  return {
    kind: 'postgres',
    orm: toOrm(pool),
    query,
    transaction,
    listen: (channel, onPayload, onReconnect) =>
      listener.listen(channel, onPayload, onReconnect).catch((error) => fail(url, error)),
    openSession: async () => {
      const session = await openSession(url)
      sessions.add(session)
      void session.ended.then(() => sessions.delete(session))
      return session
    },
    createBoss: (options) => new PgBoss({ max: 4, useListenNotify: true, ...options, connectionString: url }),
    bossIn: (within) => ({ executeSql: (text, values) => within.query(text, values) }),
    close: () => (closing ??= close()),
  }
}

const toOrm = (client: pg.Pool | pg.ClientBase): Orm => drizzle({ client: client as pg.Pool, schema })

function fail(url: string, error: unknown): never {
  throw isConnectionError(error) ? toUnavailable(url, error) : error
}

const toQuery =
  (client: pg.Pool | pg.ClientBase, url: string): Query =>
  async <Row>(text: string, parameters?: unknown[], name?: string) => {
    const { rows, rowCount } = await client
      .query({ name, text, values: parameters })
      .catch((error: unknown) => fail(url, error))
    return { rows: rows as Row[], affected: rowCount ?? 0 }
  }

async function inTransaction<Result>(
  pool: pg.Pool,
  url: string,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect().catch((error: unknown) => fail(url, error))
  let broken: Error | undefined
  const onError = (error: Error) => {
    broken = error
  }
  client.on('error', onError)
  const query = toQuery(client, url)
  try {
    await query('begin')
    const result = await work({ orm: toOrm(client), query })
    await query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(onError)
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}

async function openSession(url: string): Promise<Session> {
  const client = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'orchestrator-session' })
  const ended = Promise.withResolvers<void>()
  client.on('error', () => ended.resolve())
  client.on('end', () => ended.resolve())
  await client.connect().catch((error: unknown) => fail(url, error))
  return {
    query: toQuery(client, url),
    ended: ended.promise,
    close: async () => {
      await client.end().catch(() => {})
      ended.resolve()
    },
  }
}
