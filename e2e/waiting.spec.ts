import { expect, test } from './fixtures/test.ts'
import { sidewaysOverflow } from './fixtures/page-checks.ts'

const phone = { width: 390, height: 844 }
const refund = `
orchestrator: 1
name: Refund an order
steps:
  - id: ask
    type: flow.approval
    with:
      title: Refund order A-1042?
      text: "The desk came **five weeks late**."
      value: { order: A-1042, amount: 640, express: false }
      editable: true
      timeout: 2d
  - { id: pay, type: file.write, needs: [ask.approved], with: { path: paid.txt, content: "{{ ask.value.amount }} {{ ask.by }} {{ ask.reason }}" } }
  - { id: sorry, type: file.write, needs: [ask.rejected], with: { path: refused.txt, content: "{{ ask.reason }}" } }
`

test('an approval is answered on a phone, by link, with a changed value', async ({
  studio,
  api,
  server,
  stored,
  openWindow,
}) => {
  const { id } = await api.pipelines.create.mutate({ yaml: refund })
  await studio.open(id)
  const runId = await studio.run()
  await studio.expectStatus('ask', 'waiting')
  await expect(studio.card('ask')).toContainText('Refund order A-1042?')
  await expect(studio.card('ask').getByRole('button', { name: 'Approve' })).toBeVisible()
  await expect.poll(async () => (await stored.run(runId))['status']).toBe('waiting')
  const { token } = await stored.row('select token from run_waits where run_id = $1', [runId])

  const { page } = await openWindow()
  await page.setViewportSize(phone)
  await page.goto(`/w/${String(token)}`)
  await expect(page.getByRole('heading', { name: 'Refund order A-1042?' })).toBeVisible()
  await expect(page.getByRole('navigation')).toHaveCount(0)
  await expect(page.getByText('five weeks late')).toBeVisible()
  await expect(page.getByText('640')).toBeVisible()
  expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
  await page.getByRole('button', { name: 'Change before approving' }).click()
  await page.getByLabel('Amount').fill('six hundred')
  await page.getByRole('button', { name: 'Approve as changed' }).click()
  await expect(page.getByText('“six hundred” is not a number')).toBeVisible()
  await page.getByLabel('Amount').fill('600')
  await page.getByLabel('Reason').fill('it was late indeed')
  await page.getByLabel('Your name').fill('Ada')
  await page.getByRole('button', { name: 'Approve as changed' }).click()
  await expect(page.getByRole('status')).toContainText('Approved')
  await expect(page.getByRole('status')).toContainText('By Ada')
  await expect(page.getByRole('button', { name: /Approve/ })).toHaveCount(0)

  // The canvas goes on by itself, and everything is written down.
  await studio.expectStatus('pay', 'succeeded')
  await studio.expectStatus('sorry', 'skipped')
  await expect.poll(async () => (await stored.run(runId))['status']).toBe('succeeded')
  const { answer } = await stored.row('select answer from run_waits where run_id = $1', [runId])
  expect(answer).toMatchObject({ kind: 'approved', value: { amount: 600 }, reason: 'it was late indeed' })
  expect(await (await fetch(`${server.url}/api/files/paid.txt`)).text()).toMatch(/^600 .*Ada.* it was late indeed/)
})

test('the inbox shows what waits, live; an answer takes it away everywhere', async ({
  page,
  api,
  stored,
  openWindow,
}) => {
  const { id } = await api.pipelines.create.mutate({ yaml: refund.replaceAll('A-1042', 'B-77') })
  await page.goto('/inbox')
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible()
  const { runId } = await api.runs.start.mutate({ pipelineId: id })
  const entry = page.getByRole('button', { name: /Refund order B-77/ })
  await entry.click()
  const question = page.getByRole('article', { name: 'Refund order B-77?' })
  await expect(question).toContainText('five weeks late')
  await expect(page.getByRole('link', { name: /Inbox/ })).toContainText('1')

  const other = await openWindow()
  await other.open(id)
  await other.expectStatus('ask', 'waiting')
  await question.getByLabel('Reason').fill('too expensive')
  await question.getByRole('button', { name: 'Reject' }).click()
  await expect(question.getByRole('status')).toContainText('Rejected')
  await expect(entry).toHaveCount(0)
  await other.expectStatus('sorry', 'succeeded')
  await expect(other.card('ask').getByRole('button', { name: 'Approve' })).toHaveCount(0)
  const { answer } = await stored.row('select answer from run_waits where run_id = $1', [runId])
  expect(answer).toMatchObject({ kind: 'rejected', reason: 'too expensive' })
})

test('a form on a phone says for each field what is wrong, and hands on typed values', async ({
  page,
  api,
  stored,
  watch,
}) => {
  await page.setViewportSize(phone)
  const { id } = await api.pipelines.create.mutate({
    yaml: `
orchestrator: 1
name: Plan the launch
steps:
  - id: ask
    type: flow.form
    with:
      title: When do we publish?
      fields:
        - { name: day, label: Day of publication, type: date }
        - { name: copies, label: Copies, type: number }
        - { name: cover, label: Cover, type: choice, options: [crocus, rain] }
        - { name: tell, label: Tell subscribers, type: boolean, required: false }
outputs: { values: "{{ ask.values }}" }
`,
  })
  const { runId } = await api.runs.start.mutate({ pipelineId: id })
  await expect.poll(async () => (await stored.run(runId))['status']).toBe('waiting')
  const { token } = await stored.row('select token from run_waits where run_id = $1', [runId])
  await page.goto(`/w/${String(token)}`)
  await page.getByLabel('Copies').fill('many')
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByText('“many” is not a number')).toBeVisible()
  await expect(page.getByText('Please fill this in')).toHaveCount(2)
  await expect(page.getByLabel('Day of publication')).toBeFocused()
  await page.getByLabel('Day of publication').fill('2027-03-01')
  await page.getByLabel('Copies').fill('12000')
  await page.getByLabel('Cover').click()
  await page.getByRole('option', { name: 'crocus' }).click()
  await page.getByLabel('Tell subscribers').click()
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('status')).toContainText('Thank you')
  await expect.poll(async () => (await stored.run(runId))['status']).toBe('succeeded')
  const run = await api.runs.get.query({ runId })
  expect(run.outputs).toEqual({ values: { day: '2027-03-01', copies: 12_000, cover: 'crocus', tell: true } })

  await test.step('a link that leads nowhere says so', async () => {
    watch.announce(/404 for GET .*waits\.byToken/, /status of 404/)
    await page.goto('/w/no-such-token')
    await expect(page.getByRole('heading', { name: 'This link leads nowhere' })).toBeVisible()
  })
})
