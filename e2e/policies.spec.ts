import { expect, test } from './fixtures/test.ts'

const pipeline = `
orchestrator: 1
name: Prices
steps:
  - { id: price, type: file.read, name: Load the price, with: { path: prices/none.txt } }
  - { id: told, type: text.template, needs: [price], with: { template: "it is {{ price }}" } }
outputs: { told: "{{ told }}" }
`

test('a step goes on as its policies say, and its error says what was tried', async ({ page, studio, api, stored }) => {
  test.slow()
  const { id } = await api.pipelines.create.mutate({ yaml: pipeline })
  const add = async (policy: string): Promise<void> => {
    await studio.inspector.getByRole('button', { name: 'Add a policy' }).click()
    await page.getByRole('menuitem', { name: policy }).click()
  }
  const remove = (policy: string) => studio.inspector.getByRole('button', { name: `Remove: ${policy}` }).click()
  const outputs = async (runId: string) => (await stored.row('select * from runs where id = $1', [runId]))['outputs']
  await studio.open(id)

  await test.step('without any it fails, and says where and what would help', async () => {
    const runId = await studio.run()
    await studio.expectStatus('price', 'failed')
    const run = await stored.row('select * from runs where id = $1', [runId])
    expect(run).toMatchObject({ status: 'failed', error: { code: 'file-not-found', stepName: 'Load the price' } })
    expect((run['error'] as { message: string }).message).toContain('Step "Load the price" (price) failed')
  })

  await test.step('another step takes its place', async () => {
    await studio.select('price')
    await add('Another step instead')
    await studio.typeExpression('fallback.with.template', 'not known')
    await studio.expectSaved()
    const runId = await studio.run()
    await studio.expectStatus('told', 'succeeded')
    await expect.poll(() => outputs(runId)).toEqual({ told: 'it is not known' })
    await expect(studio.card('price')).toContainText('text.template')
  })

  await test.step('or the run goes on with a value, after the attempts the policy gives it', async () => {
    await studio.select('price')
    await remove('Another step instead')
    await add('Try again')
    await studio.inspector.getByLabel('Other statuses or error codes').fill('file-not-found')
    await studio.fill('Wait between attempts', '0.01')
    await add('When it fails')
    await studio.typeExpression('error_value', '{{ error.code }}')
    await studio.expectSaved()
    const runId = await studio.run()
    await studio.expectStatus('told', 'succeeded')
    await expect.poll(() => outputs(runId)).toEqual({ told: 'it is file-not-found' })
    await studio.select('price')
    await studio.inspector.getByRole('tab', { name: 'Output' }).click()
    await expect(studio.inspector.getByText('Tried 3 times')).toBeVisible()
  })

  await test.step('a limit of the run ends it', async () => {
    const { document } = await stored.row('select document from pipelines where id = $1', [id])
    expect(document).toMatchObject({
      steps: [
        { id: 'price', retry: { attempts: 3, delay: '0.01s', on: ['file-not-found'] }, on_error: 'continue' },
        {},
      ],
    })
    // Of the pipeline itself.
    await studio.press('Escape')
    await studio.press('i')
    await studio.inspector.getByRole('button', { name: 'Add a rule' }).click()
    await page.getByRole('menuitem', { name: 'Limits of a run' }).click()
    await studio.fill('Steps', '2')
    await studio.expectSaved()
    const runId = await studio.run()
    await expect
      .poll(async () => (await stored.row('select * from runs where id = $1', [runId]))['error'])
      .toMatchObject({ code: 'run-limit', details: { limit: 'steps', value: 2 } })
  })
})
