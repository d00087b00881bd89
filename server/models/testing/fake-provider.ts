/**
 * Providers on this machine that speak real protocols. By hand:
 * `node server/models/testing/fake-provider.ts openai --port 4010 --delay 60`
 */
import { parseArgs } from 'node:util'
import { startFakeAnthropic } from './fake-anthropic.ts'
import { startFakeOpenAi } from './fake-openai.ts'

export { startFakeAnthropic } from './fake-anthropic.ts'
export { startFakeOpenAi } from './fake-openai.ts'
export type { FakeProvider, FakeProviderOptions, FakeReply, FakeRequest } from './fake-server.ts'

if (import.meta.main) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', default: '4010' }, delay: { type: 'string', default: '60' } },
  })
  const start = positionals[0] === 'anthropic' ? startFakeAnthropic : startFakeOpenAi
  const fake = await start({ port: Number(values.port), pieceDelayMs: Number(values.delay) })
  console.log(`Base URL ${fake.baseUrl} (any key). Ctrl-C stops it.`)
}
