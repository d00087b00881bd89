import { expect, test } from './fixtures/test.ts'

// As a newcomer has it: no database server, no data, no key, a browser that was never here.
test.use({ serverNeeds: { database: 'pglite', name: 'first visit' }, visited: false })

test('the first page shows a sample pipeline that one click runs to success', async ({
  page,
  studio,
  server,
  api,
  watch,
}) => {
  await page.goto('/')
  await expect(page).toHaveURL(/\/p\/[^/]+$/)
  await studio.ready()
  await expect(studio.card('each.urgency')).toBeVisible()
  expect(await studio.cards.count()).toBeGreaterThan(8)
  await expect(studio.card('load')).toHaveAttribute('data-status', 'idle')
  await expect(page.locator('[data-save-state="saved"]')).toBeVisible()

  const runId = await studio.run()
  await studio.expectStatus('save', 'succeeded', 60_000)

  // Steps on real data, AI among them, show what they gave.
  await studio.expectStatus('each.urgency', 'succeeded')
  await expect(studio.card('load')).toContainText('rows')
  await expect(studio.card('each')).toContainText(/(\d+) \/ \1/)
  await expect(studio.card('counts').getByRole('table')).toContainText('inspect now')
  await expect(studio.card('briefing')).toContainText('Wildlife strikes: morning briefing')

  const run = await api.runs.get.query({ runId })
  expect(run).toMatchObject({ status: 'succeeded', pipelineId: studio.pipelineId })
  const { entries } = await api.runs.entries.query({ runId })
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
  const briefing = await (await fetch(`${server.url}/api/files/reports/strike-briefing.md`)).text()
  expect(briefing).toContain('# Wildlife strikes: morning briefing')
  expect(briefing).toMatch(/- inspect now: \d+ at \d+ airports/)

  // The watch fails the test on a request to any other machine; here the proof that it saw the page's own.
  expect(watch.requests.length).toBeGreaterThan(20)

  // The second visit is not the first: the list of pipelines, with the run just made.
  await page.getByRole('link', { name: 'All pipelines' }).click()
  await expect(page.getByRole('heading', { name: 'Pipelines' })).toBeVisible()
  await expect(page.getByRole('article')).toHaveCount(4)
  await expect(page.getByRole('article').filter({ hasText: 'Triage wildlife strikes' })).toContainText('Succeeded')
})
