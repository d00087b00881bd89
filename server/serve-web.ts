import { existsSync } from 'node:fs'
import { openDatabase } from '#db/client.ts'
import { localScope } from '#server/auth/scope.ts'
import type { openNextPages } from './http/next-pages.ts'
import { readEnvironment } from './read-environment.ts'
import { stopOnSignal } from './stop-on-signal.ts'

const openNext: typeof openNextPages = async (options) => (await import('./http/next-pages.ts')).openNextPages(options)

/**
 * Serves until a signal: resolves when it is ready, and rejects with everything closed again when it cannot be. `options`
 * are those of the command line.
 */
export async function serveWeb(options: readonly string[], openPages = openNext): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const development = options.includes('--dev')
  // Next and React read it when they are loaded, which is later.
  Object.assign(process.env, { NODE_ENV: development ? 'development' : 'production' })
  const environment = readEnvironment(process.env)
  const { host, port, dataDir, databaseUrl, allowedHosts, uploadLimit, labels, maxRuns } = environment
  const { silentMs, spreadFrom, cancelGraceMs } = environment

  console.log(databaseUrl ? 'Opening PostgreSQL ...' : `Opening the data in ${dataDir} ...`)
  const closers: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  stopOnSignal(stop)
  // Whoever reads what is printed may go (a closed terminal, `| head`): the server goes on, and can still stop in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

  // Before anything else is loaded: the embedded database opens in a thread of its own meanwhile.
  const openingDatabase = openDatabase(databaseUrl ? { url: databaseUrl } : { dataDir })
  const openApp = async () => {
    const [database, { openAppServer }] = await Promise.all([openingDatabase, import('./app-server.ts')])
    return openAppServer({
      database,
      dataDir,
      role: options.includes('--web-only') ? 'web' : 'all',
      uploadLimit,
      labels,
      maxRuns,
      silentMs,
      spreadFrom,
      cancelGraceMs,
      environment: process.env,
    })
  }

  // Side by side: each takes a second or so, and neither needs the other.
  const opening = Promise.allSettled([openingDatabase, openApp(), openPages({ development, host, port })] as const)
  closers.push(async () => {
    const [database, app, pages] = await opening
    if (pages.status === 'fulfilled') await pages.value.close()
    if (app.status === 'fulfilled') await app.value.close()
    if (database.status === 'fulfilled') await database.value.close()
  })
  try {
    const [, opened, prepared] = await opening
    if (opened.status === 'rejected') throw opened.reason
    if (prepared.status === 'rejected') throw prepared.reason
    const [app, pages] = [opened.value, prepared.value]
    const [{ createFilesEndpoint }, { startWebServer }] = await Promise.all([
      import('./http/files-endpoint.ts'),
      import('./http/web-server.ts'),
    ])
    const files = createFilesEndpoint({ files: app.services.files, scope: localScope, uploadLimit })
    const web = await startWebServer({ services: app.services, files, pages, host, port, allowedHosts, development })
    closers.push(() => web.close())
    console.log(`Orchestrator is ready at ${web.url} (${process.uptime().toFixed(1)} s). Ctrl-C stops it.`)
    if (allowedHosts.length > 0) {
      console.log(`Anyone who can reach it as ${allowedHosts.join(' or ')} may see and change everything.`)
    }
  } catch (error) {
    await stop()
    throw error
  }
}
