import { createServer, connect, type Server } from 'node:net'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { newId } from '#pipeline/new-id.ts'
import { startTestPostgres, type TestPostgres } from './test-postgres.ts'

/** Names the socket on which the test run's process answers with the address of its one PostgreSQL. */
const variable = 'ORCHESTRATOR_TEST_POSTGRES'

/** Offers one PostgreSQL to all processes started from now on; it is started when the first of them asks. Resolves to what stops it. */
export async function offerSharedPostgres(): Promise<() => Promise<void>> {
  const socket =
    process.platform === 'win32' ? `\\\\.\\pipe\\${newId()}` : join(tmpdir(), `orchestrator-tests-${newId()}.sock`)
  let starting: Promise<TestPostgres> | undefined
  const server: Server = createServer((connection) => {
    connection.on('error', () => {})
    starting ??= startTestPostgres()
    starting.then(
      ({ url }) => connection.end(JSON.stringify({ url })),
      (error: Error) => connection.end(JSON.stringify({ error: error.message })),
    )
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  process.env[variable] = socket
  return async () => {
    delete process.env[variable]
    await new Promise((resolve) => server.close(resolve))
    rmSync(socket, { force: true })
    await starting?.then(
      (postgres) => postgres.stop(),
      () => {},
    )
  }
}

/** The URL of the shared PostgreSQL, or null when nobody offers one; throws when it could not be started. */
export async function askSharedPostgres(): Promise<string | null> {
  const socket = process.env[variable]
  if (!socket) return null
  const answer = JSON.parse(await text(connect(socket))) as { url?: string; error?: string }
  if (!answer.url) throw new Error(answer.error)
  return answer.url
}
