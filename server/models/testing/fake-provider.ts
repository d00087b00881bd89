/**
 * Providers on this machine that speak real protocols. By hand:
 * `node server/models/testing/fake-provider.ts openai --port 4010 --delay 60`
 */
import { parseArgs } from 'node:util'
import { startFakeAnthropic } from './fake-anthropic.ts'
import { startFakeGoogle } from './fake-google.ts'
import { startFakeOpenAi } from './fake-openai.ts'

export { startFakeAnthropic } from './fake-anthropic.ts'
export { startFakeGoogle } from './fake-google.ts'
export { startFakeOpenAi } from './fake-openai.ts'
export type { FakeProvider, FakeProviderOptions, FakeReply, FakeRequest } from './fake-server.ts'

if (import.meta.main) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', default: '4010' }, delay: { type: 'string', default: '60' } },
  })
  const protocols = { openai: startFakeOpenAi, anthropic: startFakeAnthropic, google: startFakeGoogle }
  const protocol = Object.keys(protocols).find((name) => name === positionals[0]) ?? 'openai'
  const fake = await protocols[protocol as keyof typeof protocols]({
    port: Number(values.port),
    pieceDelayMs: Number(values.delay),
  })
  console.log(`Base URL ${fake.baseUrl} (any key). Ctrl-C stops it.`)
}
