import type { Locator } from '@playwright/test'
import { startFakeAnthropic } from '#server/models/testing/fake-anthropic.ts'
import { startFakeOpenAi } from '#server/models/testing/fake-openai.ts'
import { connectModel } from './fixtures/connect-model.ts'
import { expect, test } from './fixtures/test.ts'

const words = Array.from({ length: 60 }, (_, index) => `word${index + 1}`)
const text = words.join(' ')
const protocols = [
  { title: 'OpenAI', start: startFakeOpenAi, name: 'house-openai', model: 'fake-gpt', key: 'sk-house-openai-7531' },
  {
    title: 'Anthropic',
    start: startFakeAnthropic,
    name: 'house-claude',
    model: 'claude-fake',
    key: 'sk-ant-house-8642',
  },
]

for (const { title, start, name, model, key } of protocols) {
  test(`an answer over the protocol of ${title} appears on the card word by word`, async ({
    page,
    studio,
    api,
    stored,
  }) => {
    const usage = { inputTokens: 21, outputTokens: 12 }
    const provider = await start({ apiKey: key, models: [model], held: true, reply: () => ({ text, usage }) })
    try {
      await connectModel(page, { provider: title, name, key, address: provider.baseUrl })
      const connection = await stored.row('select * from connections where name = $1', [name])
      expect(connection).toMatchObject({ provider: title.toLowerCase(), hint: key.slice(-4) })
      expect((connection['secret'] as Buffer).includes(key)).toBe(false)

      const { id } = await api.pipelines.create.mutate({
        yaml: `
orchestrator: 1
name: Ask ${title}
steps:
  - { id: ask, type: ai.generate, with: { prompt: What do bees do? } }
`,
      })
      await studio.open(id)
      await studio.select('ask')
      await studio.inspector.getByLabel('Model', { exact: true }).click()
      await page.getByRole('option', { name: `${name}/${model}`, exact: true }).click()
      await expect(studio.card('ask')).toContainText(`${name}/${model}`)
      await studio.expectSaved()

      const runId = await studio.run()
      await studio.expectStatus('ask', 'running')
      // The model waits for each word, so what is on the card is there before the end.
      await expect(async () => {
        provider.release(1)
        await expect(studio.card('ask')).toContainText(/word\d+/, { timeout: 500 })
      }).toPass()
      const first = await lastWord(studio.card('ask'))
      expect(first).toBeLessThan(words.length)
      await studio.expectStatus('ask', 'running')
      provider.release(5)
      await expect(studio.card('ask')).toContainText(words[first + 3]!)
      await expect(studio.card('ask')).not.toContainText(words.at(-1)!)
      await studio.expectStatus('ask', 'running')
      // What is shown so far is not in the journal: words on their way are not history.
      expect((await stored.events(runId)).some(({ event }) => event.type === 'step-succeeded')).toBe(false)

      provider.release(100)
      await studio.expectStatus('ask', 'succeeded')
      await expect(studio.card('ask')).toContainText(words.slice(0, 12).join(' '))
      await studio.inspector.getByRole('tab', { name: 'Output' }).click()
      await expect(studio.inspector).toContainText('outputTokens')
      await studio.inspector.getByRole('button', { name: /^usage:/ }).click()
      await expect(studio.inspector).toContainText('outputTokens: 12')

      const event = (await stored.events(runId))
        .map((entry) => entry.event)
        .find(({ type }) => type === 'step-succeeded')
      expect(event).toMatchObject({
        path: 'ask',
        output: { value: { text, usage: { model: expect.stringContaining(model), ...usage } } },
      })
      expect(JSON.stringify(provider.requests.at(-1)?.body)).toContain('What do bees do?')
      expect(JSON.stringify(await stored.events(runId))).not.toContain(key)
    } finally {
      await provider.close()
    }
  })
}

test('a step without a key says what to do and leads there', async ({ page, studio, api, stored }) => {
  const { id } = await api.pipelines.create.mutate({
    yaml: `
orchestrator: 1
name: No key
steps:
  - { id: ask, type: ai.generate, with: { model: google/gemini-2.5-flash, prompt: Hello } }
`,
  })
  await studio.open(id)
  const runId = await studio.run()
  await studio.expectStatus('ask', 'failed')
  await expect(studio.card('ask')).toContainText('needs a connection to Google')
  await studio.select('ask')
  await studio.inspector.getByRole('tab', { name: 'Output' }).click()
  const alert = studio.inspector.getByRole('alert')
  await expect(alert).toContainText('The model "google/gemini-2.5-flash" needs a connection to Google')
  await expect(alert).toContainText('Add an API key for Google in Settings > Connections')
  expect(await stored.run(runId)).toMatchObject({ status: 'failed', error: { code: 'model-missing', step: 'ask' } })

  await alert.getByRole('link', { name: 'Open settings' }).click()
  await expect(page).toHaveURL(/\/settings\?connect=google/)
  const dialog = page.getByRole('dialog', { name: 'Add a connection' })
  await expect(dialog.getByLabel('Provider')).toContainText('Google')
  await expect(dialog.getByLabel('Key')).toBeVisible()
})

/** The number of the last word on a card. */
async function lastWord(card: Locator): Promise<number> {
  return Math.max(...[...(await card.innerText()).matchAll(/word(\d+)/g)].map((match) => Number(match[1])))
}
