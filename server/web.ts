import { quickStart } from './quick-start.ts'
import { sentenceOf } from './sentence-of.ts'

// `node server/web.ts [--dev]`: the API, the pages and, unless workers do that, the runs.
try {
  quickStart()
  const { serveWeb } = await import('./serve-web.ts')
  await serveWeb(process.argv.slice(2))
} catch (error) {
  console.error(sentenceOf(error) ?? error)
  process.exit(1)
}
