import { existsSync } from 'node:fs'
import { localScope } from '#server/auth/scope.ts'
import { openAppServer } from './app-server.ts'
import { createFilesEndpoint } from './http/files-endpoint.ts'
import { openNextPages } from './http/next-pages.ts'
import { startWebServer } from './http/web-server.ts'
import { readEnvironment } from './read-environment.ts'
import { sentenceOf } from './sentence-of.ts'
import { stopOnSignal } from './stop-on-signal.ts'

/** `node server/web.ts [--dev]`: the API, the pages and, unless workers do that, the runs. */
async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const development = process.argv.includes('--dev')
  // Next and React read it when they are loaded, which is later.
  Object.assign(process.env, { NODE_ENV: development ? 'development' : 'production' })
  const environment = readEnvironment(process.env)
  const { host, port, dataDir, databaseUrl, allowedHosts, uploadLimit } = environment
  const started = performance.now()

  console.log(databaseUrl ? 'Opening PostgreSQL ...' : `Opening the data in ${dataDir} ...`)
  const closers: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  stopOnSignal(stop)
  try {
    // Side by side: each takes a second or more, and neither needs the other.
    const opening = openAppServer({
      dataDir,
      ...(databaseUrl ? { databaseUrl } : {}),
      role: process.argv.includes('--web-only') ? 'web' : 'all',
      uploadLimit,
      environment: process.env,
    }).then((app) => {
      closers.unshift(() => app.close())
      return app
    })
    const preparing = openNextPages({ development, host, port }).then((pages) => {
      closers.push(() => pages.close())
      return pages
    })
    const [opened, prepared] = await Promise.allSettled([opening, preparing])
    if (opened.status === 'rejected') throw opened.reason
    if (prepared.status === 'rejected') throw prepared.reason
    const [app, pages] = [opened.value, prepared.value]
    const files = createFilesEndpoint({ files: app.services.files, scope: localScope, uploadLimit })
    const web = await startWebServer({ services: app.services, files, pages, host, port, allowedHosts, development })
    closers.push(() => web.close())
    console.log(
      `Orchestrator is ready at ${web.url} (${((performance.now() - started) / 1000).toFixed(1)} s). Ctrl-C stops it.`,
    )
    if (allowedHosts.length > 0) {
      console.log(`Anyone who can reach it as ${allowedHosts.join(' or ')} may see and change everything.`)
    }
  } catch (error) {
    await stop()
    throw error
  }
}

main().catch((error: unknown) => {
  console.error(sentenceOf(error) ?? error)
  process.exit(1)
})
