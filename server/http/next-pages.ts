import type { PageServer } from './web-server.ts'

/** Next's pages behind our server; in development with hot updates. */
export async function openNextPages(options: {
  development: boolean
  host: string
  port: number
}): Promise<PageServer & { close(): Promise<void> }> {
  // No word of what people do here leaves the machine.
  process.env.NEXT_TELEMETRY_DISABLED = '1'
  // Next adds signal handlers of its own that exit before we have closed anything.
  process.env.NEXT_MANUAL_SIG_HANDLE = 'true'
  const { default: createNext } = await import('next')
  const app = createNext({
    dev: options.development,
    hostname: options.host === '127.0.0.1' ? 'localhost' : options.host,
    port: options.port,
    quiet: !options.development,
  })
  await app.prepare()
  const handle = app.getRequestHandler()
  const upgrade = app.getUpgradeHandler()
  return {
    handle: (request, response) => handle(request, response),
    upgrade: (request, socket, head) => upgrade(request, socket, head),
    close: () => app.close(),
  }
}
