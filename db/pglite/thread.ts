// Entry of the worker thread that owns the embedded database; Node runs it directly.
import { readFile } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, type Results, type Transaction } from '@electric-sql/pglite'
import type {
  ThreadData,
  ThreadError,
  ThreadMessage,
  ThreadQueryOptions,
  ThreadRequest,
  ThreadResult,
} from './messages.ts'
import { PreparedStatements } from './prepared.ts'

interface OpenTransaction {
  transaction: Transaction
  end: (commit: boolean) => Promise<void>
}

class RolledBack extends Error {}

const port = parentPort!
const post = (message: ThreadMessage) => port.postMessage(message)
const unchanged = (text: string) => text
const data = workerData as ThreadData
const transactions = new Map<number, OpenTransaction>()
let turn: Promise<unknown> = Promise.resolve()

function toThreadError(error: unknown): ThreadError {
  if (!(error instanceof Error)) return { message: String(error) }
  const { query: _text, params: _values, ...fields } = error as Error & Record<string, unknown>
  // Only plain fields can be posted.
  const plain = Object.entries(fields).filter(([, value]) => typeof value === 'string' || typeof value === 'number')
  return { ...Object.fromEntries(plain), message: error.message, stack: error.stack }
}

function toResult(results: Results<unknown>): ThreadResult {
  return { rows: results.rows, fields: results.fields, affectedRows: results.affectedRows }
}

function toOptions(options: ThreadQueryOptions | undefined) {
  if (!options) return undefined
  return {
    rowMode: options.rowMode,
    parsers: options.unparsed && Object.fromEntries(options.unparsed.map((type) => [type, unchanged])),
  }
}

/** One at a time and in order of arrival, so that nothing slips between a failed block of statements and its rollback. */
function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = turn.then(work)
  turn = result.catch(() => {})
  return result
}

async function execute(target: PGlite | Transaction, text: string): Promise<ThreadResult[]> {
  return (await target.exec(text)).map((results) => toResult(results))
}

async function executeAlone(text: string): Promise<ThreadResult[]> {
  try {
    return await execute(database, text)
  } catch (error) {
    // The text may have opened a transaction; callers expect a connection that is fit for the next statement.
    await database.exec('rollback')
    throw error
  }
}

/** Resolves once the transaction is open; its turn lasts until it ends. */
function begin(id: number): Promise<void> {
  return new Promise((opened, refused) => {
    inTurn(async () => {
      let settled: Promise<void> = Promise.resolve()
      const started = Promise.withResolvers<void>()
      settled = database.transaction(
        (transaction) =>
          new Promise<void>((commit, rollBack) => {
            transactions.set(id, {
              transaction,
              end: async (committing) => {
                transactions.delete(id)
                if (committing) commit()
                else rollBack(new RolledBack())
                await settled.catch((error) => {
                  if (!(error instanceof RolledBack)) throw error
                })
              },
            })
            started.resolve()
          }),
      )
      await Promise.race([started.promise, settled])
      opened()
      await settled
    }).catch((error) => refused(error))
  })
}

async function answer(id: number, request: ThreadRequest): Promise<unknown> {
  switch (request.kind) {
    case 'query': {
      const { text, parameters, transaction } = request
      const options = toOptions(request.options)
      if (transaction === undefined) return toResult(await inTurn(() => database.query(text, parameters, options)))
      return toResult(await open(transaction).transaction.query(text, parameters, options))
    }
    case 'prepared':
      return toResult(await inTurn(() => prepared.query(request.text, request.parameters)))
    case 'exec':
      if (request.transaction === undefined) return inTurn(() => executeAlone(request.text))
      return execute(open(request.transaction).transaction, request.text)
    case 'begin':
      return begin(id)
    case 'end':
      return open(request.transaction).end(request.commit)
    // By hand, because PGlite's own listen does not quote the name when it ends.
    case 'listen':
      return inTurn(() => executeAlone(`listen "${request.channel.replaceAll('"', '""')}"`))
    case 'unlisten':
      return inTurn(() => executeAlone(`unlisten "${request.channel.replaceAll('"', '""')}"`))
    case 'dump':
      return new Uint8Array(await (await inTurn(() => database.dumpDataDir('none'))).arrayBuffer())
    case 'close':
      return inTurn(() => database.close())
  }
}

function open(id: number): OpenTransaction {
  const transaction = transactions.get(id)
  if (!transaction) throw new Error(`transaction ${id} has ended; use the database itself after it`)
  return transaction
}

async function create(): Promise<PGlite> {
  const loadDataDir = data.seedFile
    ? new Blob([await readFile(data.seedFile)], { type: 'application/x-gzip' })
    : undefined
  // A quarter of the default memory; the operating system caches the files anyway.
  return await PGlite.create({
    dataDir: data.dataDir,
    loadDataDir,
    postgresqlconf: ['shared_buffers=16MB', 'random_page_cost=1.1'],
  })
}

let database: PGlite
let prepared: PreparedStatements
try {
  database = await create()
  prepared = new PreparedStatements(database)
  database.onNotification((channel, payload) => post({ kind: 'notification', channel, payload }))
  port.on('message', ({ id, ...request }: ThreadRequest & { id: number }) => {
    answer(id, request as ThreadRequest).then(
      (result) => post({ kind: 'answer', id, result }),
      (error) => post({ kind: 'answer', id, error: toThreadError(error) }),
    )
  })
  post({ kind: 'ready' })
} catch (error) {
  post({ kind: 'failed', error: toThreadError(error) })
}
