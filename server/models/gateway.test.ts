import { afterEach, describe, expect, it } from 'vitest'
import { localScope } from '#server/auth/scope.ts'
import type { ResolvedConnection } from '#server/secrets/connection.ts'
import { createModelGateway, type ModelGateway } from './gateway.ts'
import type { ModelSettings } from './gateway-options.ts'
import { type FakeProvider, startFakeAnthropic, startFakeGoogle, startFakeOpenAi } from './testing/fake-provider.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of open.splice(0)) await part.close()
})
function keep<Part extends { close(): Promise<void> }>(part: Part): Part {
  open.push(part)
  return part
}

function gatewayOf(
  connections: ResolvedConnection[],
  settings: ModelSettings = {},
  localServers: { name: string; baseUrl: string }[] = [],
): ModelGateway {
  return keep(
    createModelGateway({
      connections: { resolve: () => Promise.resolve(connections) },
      settings: () => Promise.resolve(settings),
      localServers,
    }),
  )
}

/** The machine may be busy with other tests. */
const patiently = { timeout: 20_000 }

const person = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
}

const protocols: [string, () => Promise<{ fake: FakeProvider; connection: ResolvedConnection; model: string }>][] = [
  [
    'the OpenAI Responses protocol',
    async () => {
      const fake = keep(await startFakeOpenAi({ models: ['gpt-4o-mini'], apiKey: 'sk-test-0000', held: true }))
      const connection = { name: 'openai', provider: 'openai' as const, baseUrl: fake.baseUrl, apiKey: 'sk-test-0000' }
      return { fake, connection, model: 'openai/gpt-4o-mini' }
    },
  ],
  [
    'the OpenAI Chat Completions protocol',
    async () => {
      const fake = keep(await startFakeOpenAi({ models: ['llama3.2'], apiKey: 'sk-test-0000', held: true }))
      const connection = {
        name: 'my-server',
        provider: 'openai-compatible' as const,
        baseUrl: fake.baseUrl,
        apiKey: 'sk-test-0000',
      }
      return { fake, connection, model: 'my-server/llama3.2' }
    },
  ],
  [
    'the Anthropic protocol with an output format',
    async () => {
      const fake = keep(await startFakeAnthropic({ models: ['claude-haiku-4-5'], apiKey: 'sk-test-0000', held: true }))
      const connection = {
        name: 'anthropic',
        provider: 'anthropic' as const,
        baseUrl: fake.baseUrl,
        apiKey: 'sk-test-0000',
      }
      return { fake, connection, model: 'anthropic/claude-haiku-4-5' }
    },
  ],
  [
    'the Anthropic protocol with a tool for the schema',
    async () => {
      const fake = keep(
        await startFakeAnthropic({ models: ['claude-3-5-haiku-20241022'], apiKey: 'sk-test-0000', held: true }),
      )
      const connection = {
        name: 'anthropic',
        provider: 'anthropic' as const,
        baseUrl: fake.baseUrl,
        apiKey: 'sk-test-0000',
      }
      return { fake, connection, model: 'anthropic/claude-3-5-haiku-20241022' }
    },
  ],
  [
    'the Google protocol',
    async () => {
      const fake = keep(await startFakeGoogle({ models: ['gemini-2.5-flash'], apiKey: 'sk-test-0000', held: true }))
      const connection = { name: 'google', provider: 'google' as const, baseUrl: fake.baseUrl, apiKey: 'sk-test-0000' }
      return { fake, connection, model: 'google/gemini-2.5-flash' }
    },
  ],
]

describe.each(protocols)('over %s', (_title, start) => {
  it('streams each piece as it arrives, and counts tokens', async () => {
    const { fake, connection, model } = await start()
    const models = gatewayOf([connection]).forScope(localScope)
    fake.next({ text: ['Hello', ' there', '.'], usage: { inputTokens: 1000, outputTokens: 500 } })
    const pieces: string[] = []
    const answer = models.generate({ model, prompt: 'Say hello', system: 'Be brief' }, (text) => pieces.push(text))
    fake.release()
    await expect.poll(() => pieces, patiently).toEqual(['Hello'])
    fake.release()
    await expect.poll(() => pieces, patiently).toEqual(['Hello', ' there'])
    fake.release()
    const { text, usage } = await answer
    expect(text).toBe('Hello there.')
    expect(usage).toMatchObject({
      model: model.slice(model.indexOf('/') + 1),
      provider: connection.name,
      inputTokens: 1000,
      outputTokens: 500,
    })
    expect(JSON.stringify(fake.requests[0]?.body)).toContain('Be brief')
    if (connection.provider === 'openai-compatible') expect(usage.costUsd).toBe(0)
    else expect(usage.costUsd).toBeGreaterThan(0)
    expect((await models.listModels()).map(({ name }) => name)).toEqual([model])
  })

  it('gives an object that fits the schema, and says so when the answer does not', async () => {
    const { fake, connection, model } = await start()
    const models = gatewayOf([connection]).forScope(localScope)
    fake.release(100)
    fake.next({ text: ['{"name":', '"Ada","age"', ':36}'] }, { text: ['{"name":"Ada","age":"old"}'] })
    const request = { model, prompt: 'Who?', schema: person }
    expect((await models.generate(request, () => undefined)).object).toEqual({ name: 'Ada', age: 36 })
    expect(JSON.stringify(fake.requests[0]?.body)).toContain('"age"')
    await expect(models.generate(request, () => undefined)).rejects.toMatchObject({
      code: 'model-failed',
      message: expect.stringContaining('age'),
      retryable: true,
    })
  })

  it('turns failures into what to do', async () => {
    const { fake, connection, model } = await start()
    const models = gatewayOf([connection]).forScope(localScope)
    fake.release(100)
    fake.next(
      { error: { status: 401, message: 'Incorrect API key provided: sk-test-0000' } },
      { error: { status: 429, message: 'Rate limit reached' } },
      { error: { status: 429, message: 'You exceeded your current quota, please check your billing' } },
      { error: { status: 500, message: 'The server had an error' } },
      { error: { status: 400, message: 'Unknown parameter' } },
      { text: ['One', 'two', 'three'], breakAfter: 1 },
    )
    const fail = () =>
      models
        .generate({ model, prompt: 'Hello' }, () => undefined)
        .then(
          () => expect.unreachable(),
          (error: unknown) => error,
        )
    const unauthorized = await fail()
    expect(unauthorized).toMatchObject({
      code: 'model-failed',
      retryable: false,
      info: { details: { status: 401, action: 'open-settings', requestId: 'fake-request' } },
    })
    expect(JSON.stringify(unauthorized)).not.toContain('sk-test-0000')
    expect(String(unauthorized)).toContain('401')
    expect(await fail()).toMatchObject({ retryable: true, info: { details: { status: 429 } } })
    expect(await fail()).toMatchObject({ retryable: false, info: { fix: expect.stringContaining('billing') } })
    expect(await fail()).toMatchObject({ retryable: true, info: { details: { status: 500 } } })
    expect(await fail()).toMatchObject({ retryable: false, message: expect.stringContaining('Unknown parameter') })
    expect(await fail()).toMatchObject({
      code: 'model-failed',
      retryable: true,
      message: expect.stringContaining('broke off'),
    })
    expect(fake.requests).toHaveLength(6)
  })

  it('breaks off the request when aborted', async () => {
    const { fake, connection, model } = await start()
    const models = gatewayOf([connection]).forScope(localScope)
    const controller = new AbortController()
    const pieces: string[] = []
    const answer = models.generate({ model, prompt: 'Count', signal: controller.signal }, (text) => pieces.push(text))
    const outcome = expect(answer).rejects.toMatchObject({ code: 'step-cancelled' })
    fake.release()
    await expect.poll(() => pieces.length, patiently).toBe(1)
    controller.abort()
    await outcome
    await expect.poll(() => fake.abortedCount, patiently).toBe(1)
  })

  it('says that an answer was cut off', async () => {
    const { fake, connection, model } = await start()
    fake.release(100)
    fake.next({ text: ['{"name":"A'], wasCut: true })
    const request = { model, prompt: 'Who?', schema: person }
    await expect(
      gatewayOf([connection])
        .forScope(localScope)
        .generate(request, () => undefined),
    ).rejects.toMatchObject({
      message: expect.stringContaining('cut off'),
    })
  })
})

describe('the choice of a model', () => {
  it('finds local servers by themselves, at no cost', async () => {
    const ollama = keep(await startFakeOpenAi({ models: ['llama3.2', 'nomic-embed-text'] }))
    const servers = [
      { name: 'ollama', baseUrl: ollama.baseUrl },
      { name: 'vllm', baseUrl: 'http://127.0.0.1:1/v1' },
    ]
    const models = gatewayOf([], {}, servers).forScope(localScope)
    expect(await models.listModels()).toEqual([
      expect.objectContaining({ name: 'ollama/llama3.2', local: true, default: true }),
    ])
    for (const model of ['ollama/llama3.2', 'llama3.2', undefined]) {
      const { usage } = await models.generate({ ...(model ? { model } : {}), prompt: 'Hi' }, () => undefined)
      expect(usage).toMatchObject({ provider: 'ollama', model: 'llama3.2', costUsd: 0 })
    }
  })

  it('does not look for them when the workspace says so', async () => {
    const ollama = keep(await startFakeOpenAi())
    const servers = [{ name: 'ollama', baseUrl: ollama.baseUrl }]
    const models = gatewayOf([], { discoverLocalServers: false }, servers).forScope(localScope)
    expect(await models.listModels()).toEqual([])
    expect(ollama.requests).toHaveLength(0)
  })

  it('sees a server that was started after the first look', async () => {
    const first = await startFakeOpenAi()
    await first.close()
    const models = gatewayOf([], {}, [{ name: 'ollama', baseUrl: first.baseUrl }]).forScope(localScope)
    await expect(models.generate({ model: 'ollama/fake-model', prompt: 'Hi' }, () => undefined)).rejects.toMatchObject({
      code: 'model-missing',
      info: { fix: expect.stringContaining('ollama serve') },
    })
    keep(await startFakeOpenAi({ port: first.port }))
    const { text } = await models.generate({ model: 'ollama/fake-model', prompt: 'Hi' }, () => undefined)
    expect(text).toContain('made-up answer')
  })

  it('says exactly what is missing', async () => {
    const models = gatewayOf([]).forScope(localScope)
    const fail = (model?: string) =>
      models.generate({ ...(model ? { model } : {}), prompt: 'Hi' }, () => undefined).catch((error: unknown) => error)
    expect(await fail()).toMatchObject({
      code: 'model-missing',
      retryable: false,
      info: { details: { action: 'open-settings' }, fix: expect.stringContaining('Settings > Connections') },
    })
    for (const model of ['openai/gpt-4o-mini', 'gpt-4o-mini']) {
      expect(await fail(model)).toMatchObject({
        code: 'model-missing',
        info: {
          details: { action: 'open-settings', provider: 'openai' },
          fix: expect.stringContaining('API key for OpenAI'),
        },
      })
    }
    expect(await fail('claude-sonnet-4-5')).toMatchObject({ info: { details: { provider: 'anthropic' } } })
    expect(await fail('no-such-model')).toMatchObject({ code: 'model-missing' })
  })

  it('asks which one when two connections offer the model', async () => {
    const fake = keep(await startFakeOpenAi({ models: ['shared'] }))
    const connections = ['one', 'two'].map((name) => ({
      name,
      provider: 'openai-compatible' as const,
      baseUrl: fake.baseUrl,
    }))
    const models = gatewayOf(connections).forScope(localScope)
    await expect(models.generate({ model: 'shared', prompt: 'Hi' }, () => undefined)).rejects.toMatchObject({
      code: 'model-missing',
      info: { fix: 'Write one/shared or two/shared.' },
    })
  })

  it("uses the workspace's default, and model ids with a slash", async () => {
    const fake = keep(await startFakeOpenAi({ models: ['org/small', 'org/large'] }))
    const connection = { name: 'vllm', provider: 'openai-compatible' as const, baseUrl: fake.baseUrl }
    const models = gatewayOf([connection], { defaultModel: 'vllm/org/large' }).forScope(localScope)
    const { usage } = await models.generate({ prompt: 'Hi' }, () => undefined)
    expect(usage.model).toBe('org/large')
    expect((await models.listModels()).find((model) => model.default)?.name).toBe('vllm/org/large')
  })

  it('never follows a redirect with a key in hand', async () => {
    const other = keep(await startFakeOpenAi())
    const fake = keep(await startFakeOpenAi())
    const error = { status: 307, message: 'over there', headers: { location: `${other.baseUrl}/responses` } }
    fake.next({ error })
    const connection = { name: 'openai', provider: 'openai' as const, baseUrl: fake.baseUrl, apiKey: 'sk-secret-key' }
    const models = gatewayOf([connection]).forScope(localScope)
    await expect(models.generate({ model: 'openai/x', prompt: 'Hi' }, () => undefined)).rejects.toMatchObject({
      code: 'model-failed',
    })
    expect(other.requests).toHaveLength(0)
  })
})
