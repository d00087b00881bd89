import { expect, test } from './fixtures/test.ts'

/** Each step that is carried out writes its line: what ran can be counted. */
const counting = (log: string, flag: string) => `
orchestrator: 1
name: Count what runs
steps:
  - { id: first, type: file.write, with: { path: ${log}, content: first, append: true } }
  - { id: second, type: file.write, needs: [first], with: { path: ${log}, content: second, append: true } }
  - { id: gate, type: file.read, needs: [second], with: { path: ${flag} } }
  - { id: last, type: file.write, needs: [gate], with: { path: ${log}, content: "last {{ second.path }}", append: true } }
`

test('runs are cut short, taken up again and steered, and only what is asked for runs', async ({
  page,
  studio,
  api,
  server,
  stored,
}) => {
  test.slow()
  const log = 'control/log.txt'
  const { id } = await api.pipelines.create.mutate({ yaml: counting(log, 'control/flag.txt') })
  let seen = 0
  /** Lines written since the last look. */
  const written = async (): Promise<string[]> => {
    const answer = await fetch(`${server.url}/api/files/${log}`)
    const lines = answer.ok ? (await answer.text()).split('\n').filter(Boolean) : []
    const fresh = lines.slice(seen)
    seen = lines.length
    return fresh
  }
  /** The run a command has just started, once it has ended. */
  const nextRun = async (press: () => Promise<unknown>): Promise<Record<string, unknown>> => {
    const count = async () =>
      Number((await stored.row('select count(*) from runs where pipeline_id = $1', [id]))['count'])
    const before = await count()
    await press()
    await expect.poll(count).toBe(before + 1)
    const newest = 'select * from runs where pipeline_id = $1 order by created_at desc limit 1'
    await expect.poll(async () => (await stored.row(newest, [id]))['finished_at']).not.toBeNull()
    return stored.row(newest, [id])
  }
  const fromToolbar = (path: string, button: string) => async () => {
    await page.mouse.move(2, 400)
    const card = studio.card(path)
    await card.hover({ position: { x: 60, y: 12 } })
    await page.getByRole('toolbar', { name: 'Step' }).getByRole('button', { name: button }).click()
  }
  await studio.open(id)
  await studio.showEverything()

  await test.step('run to here carries out what leads there, and skips the rest', async () => {
    const run = await nextRun(fromToolbar('second', 'Run to here'))
    expect(run).toMatchObject({ status: 'succeeded' })
    expect(await written()).toEqual(['first', 'second'])
    await studio.expectStatus('second', 'succeeded')
    await studio.expectStatus('last', 'skipped')
  })

  let failed: Record<string, unknown> = {}
  await test.step('retry carries out what failed, and nothing that succeeded', async () => {
    failed = await nextRun(() => studio.runButton.click())
    expect(failed).toMatchObject({ status: 'failed' })
    expect(await written()).toEqual(['first', 'second'])
    await studio.expectStatus('gate', 'failed')
    await fetch(`${server.url}/api/files/control/flag.txt`, {
      method: 'PUT',
      body: 'open',
      headers: { origin: server.url },
    })
    const retried = await nextRun(() => studio.drawer.getByRole('button', { name: 'Retry' }).click())
    expect(retried).toMatchObject({ status: 'succeeded', source_run_id: failed['id'] })
    expect(await written()).toEqual([`last ${log}`])
    await studio.expectStatus('last', 'succeeded')
    await expect(studio.card('first').locator('[data-badge="reused"]')).toBeVisible()
    await expect(studio.drawer.getByRole('link', { name: 'from an earlier run' })).toHaveAttribute(
      'href',
      `/p/${id}?run=${String(failed['id'])}`,
    )
  })

  await test.step('re-run from here reuses what came before', async () => {
    await nextRun(fromToolbar('second', 'Re-run from here'))
    expect(await written()).toEqual(['second', `last ${log}`])
    await expect(studio.card('first').locator('[data-badge="reused"]')).toBeVisible()
    await expect(studio.card('second').locator('[data-badge="reused"]')).toHaveCount(0)
  })

  await test.step('run this step carries out that one alone', async () => {
    await nextRun(async () => {
      await studio.select('last')
      await studio.press('r')
    })
    expect(await written()).toEqual([`last ${log}`])
  })

  await test.step('a pinned output stands in for the step, also as somebody has written it', async () => {
    await studio.select('second')
    await studio.press('p')
    await expect(studio.card('second').locator('[data-badge="pinned"]')).toBeVisible()
    await studio.inspector.getByRole('tab', { name: 'Output' }).click()
    const pinned = studio.inspector.getByRole('region', { name: 'Pinned output' })
    await pinned.getByRole('button', { name: 'Edit' }).click()
    await pinned.getByLabel('Value as JSON').fill('{ "path": "by hand" }')
    await pinned.getByRole('button', { name: 'Pin this' }).click()
    await expect(pinned).toContainText('by hand')
    expect(await stored.row('select path, output from pipeline_pins where pipeline_id = $1', [id])).toMatchObject({
      path: 'second',
      output: { value: { path: 'by hand' } },
    })
    await nextRun(() => studio.runButton.click())
    expect(await written()).toEqual(['first', 'last by hand'])
    await pinned.getByRole('button', { name: 'Unpin' }).click()
    await expect(studio.card('second').locator('[data-badge="pinned"]')).toHaveCount(0)
    expect(await stored.rows('select 1 from pipeline_pins where pipeline_id = $1', [id])).toEqual([])
    await nextRun(() => studio.runButton.click())
    expect(await written()).toEqual(['first', 'second', `last ${log}`])
  })

  await test.step('a failed run is retried from the list of runs', async () => {
    await page.goto('/runs?status=failed')
    const row = page.getByRole('row').filter({ hasText: 'Count what runs' })
    await row.getByRole('button', { name: /More for the run/ }).click()
    const retried = await nextRun(() => page.getByRole('menuitem', { name: 'Retry from the failed step' }).click())
    expect(retried).toMatchObject({ status: 'succeeded', source_run_id: failed['id'] })
    expect(await written()).toEqual([`last ${log}`])
    await expect(page).toHaveURL(new RegExp(`run=${String(retried['id'])}`))
    await expect(page.getByRole('link', { name: 'Made from an earlier run' })).toBeVisible()
  })
})

test('a run is paused, resumed and stopped', async ({ studio, api, stored, page }) => {
  const slow = (id: string, needs: string) =>
    `  - { id: ${id}, type: data.transform, needs: [${needs}], cache: "off", with: { code: "const end = Date.now() + 1500; while (Date.now() < end) {} return 1" } }`
  const { id } = await api.pipelines.create.mutate({
    yaml: `
orchestrator: 1
name: Take your time
steps:
${slow('one', '')}
${slow('two', 'one')}
  - { id: forever, type: data.transform, needs: [two], with: { code: "while (true) {}", time_limit: 5m } }
`,
  })
  await studio.open(id)
  const runId = await studio.run()
  await studio.expectStatus('one', 'running')
  await studio.press('Shift+P')
  await studio.expectStatus('one', 'succeeded')
  await expect(studio.drawer.getByRole('status')).toContainText('Paused')
  await expect.poll(async () => (await stored.run(runId))['status']).toBe('paused')
  await expect(studio.card('two')).not.toHaveAttribute('data-status', 'running')
  await studio.drawer.getByRole('button', { name: 'Resume the run' }).click()
  await studio.expectStatus('forever', 'running')
  await studio.drawer.getByRole('button', { name: 'Stop' }).click()
  await expect(studio.drawer.getByRole('button', { name: 'Stopping' })).toBeVisible()
  await expect(studio.drawer.getByRole('status')).toContainText('Cancelled', { timeout: 30_000 })
  expect(await stored.run(runId)).toMatchObject({ status: 'cancelled' })
  const types = (await stored.events(runId)).map(({ event }) => event.type)
  expect(types).toEqual(expect.arrayContaining(['run-paused', 'run-resumed', 'cancel-requested', 'step-cancelled']))
  await page.goto('/runs?status=cancelled')
  await expect(page.getByRole('row').filter({ hasText: 'Take your time' })).toBeVisible()
})
