import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A server in a process of its own. */
export interface ServerProcess {
  /** `http://127.0.0.1:41234`. */
  url: string
  /** Resolves when the process has ended, to its exit code: null when the signal ended it. */
  kill(signal: NodeJS.Signals): Promise<number | null>
  /** Asks a procedure of the API; throws what it answers unless that is 200. */
  call<Data>(procedure: string, input: unknown, method: 'GET' | 'POST'): Promise<Data>
}

/** Starts a server on the data of a folder (see `runCli`), on a free port; resolves when it says that it is ready. */
export async function startServer(folder: string): Promise<ServerProcess> {
  const server: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, '../../serve-web.fixture.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ORCHESTRATOR_DATA: join(folder, 'data-directory'),
      DATABASE_URL: '',
      PORT: '0',
      HOST: '127.0.0.1',
    },
  })
  let printed = ''
  const url = await new Promise<string>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${printed}`)))
    server.stdout!.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      const ready = /ready at (\S+)/.exec(printed)
      if (ready) resolve(ready[1]!)
    })
  })
  return {
    url,
    async kill(signal) {
      if (server.exitCode === null && server.signalCode === null) {
        server.kill(signal)
        await once(server, 'exit')
      }
      return server.exitCode
    },
    call: (procedure, input, method) => callApi(url, procedure, input, method),
  }
}

async function callApi<Data>(url: string, procedure: string, input: unknown, method: 'GET' | 'POST'): Promise<Data> {
  const query = method === 'GET' ? `?input=${encodeURIComponent(JSON.stringify(input))}` : ''
  const answer = await fetch(`${url}/api/trpc/${procedure}${query}`, {
    method,
    ...(method === 'POST' && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) }),
  })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${procedure} answers ${answer.status}: ${text}`)
  return (JSON.parse(text) as { result: { data: Data } }).result.data
}
