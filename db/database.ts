import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type { ConstructorOptions, Db as BossConnection, PgBoss } from 'pg-boss'
import type * as schema from './schema/schema.ts'

/** Drizzle over our schema; the same type for the embedded database, PostgreSQL, and inside a transaction. */
export type Orm = PgDatabase<PgQueryResultHKT, typeof schema>

/** Rows of a statement, and how many rows it touched (0 for a select without rows). */
export interface QueryResult<Row> {
  rows: Row[]
  affected: number
}

/** A statement with `$1` parameters. JSON arrives parsed, int8 as a number, timestamps as Date, bytea as Uint8Array, on both databases. */
export type Query = <Row = Record<string, unknown>>(
  text: string,
  parameters?: unknown[],
  /** A name has PostgreSQL keep the plan: for statements that run many times a second. */
  name?: string,
) => Promise<QueryResult<Row>>

/** What a transaction's work gets. Use only this inside: on the embedded database anything else waits for the end of the transaction, for ever. */
export interface Transaction {
  orm: Orm
  query: Query
}

/** A connection of its own, so that session advisory locks can say who is alive. The embedded database has one session, which is this process. */
export interface Session {
  query: Query
  /** Resolves when the connection is gone, by `close` or by a failure; every lock it held is then free. */
  ended: Promise<void>
  close(): Promise<void>
}

/** The database of this process: embedded (PGlite in a worker thread) or PostgreSQL, with the same behaviour. */
export interface Database {
  readonly kind: 'pglite' | 'postgres'
  readonly orm: Orm
  query: Query
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>
  /**
   * Calls `onPayload` for every NOTIFY on the channel. After a lost connection it listens again by itself and then calls
   * `onReconnect`: what was notified in between is lost, so refetch there. Resolves to the function that ends it.
   */
  listen(channel: string, onPayload: (payload: string) => void, onReconnect?: () => void): Promise<() => Promise<void>>
  openSession(): Promise<Session>
  /** A job queue on this database, not started yet; `start()` makes or upgrades its tables by itself. */
  createBoss(options?: Partial<ConstructorOptions>): PgBoss
  /** The `db` option of pg-boss calls, to send or complete a job inside a transaction of ours. */
  bossIn(transaction: Transaction): BossConnection
  close(): Promise<void>
}

/** Where the database is: PostgreSQL at `url`, or else embedded in `<dataDir>/db`, or in memory. */
export interface DatabaseOptions {
  url?: string
  dataDir?: string
  memory?: boolean
}
