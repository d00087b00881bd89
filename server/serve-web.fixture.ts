import { serveWeb } from './serve-web.ts'

// The whole server as a process of its own, for tests: pages would need a build, and stand for nothing here.
await serveWeb([], async () => ({
  handle: async (_request, response) => void response.end('<!doctype html>a page'),
  close: async () => {},
}))
