import type { PipelineDocument } from '#pipeline/document.ts'
import { boxOf } from './fixtures/place.ts'
import { expect, test } from './fixtures/test.ts'

test('a try with a catch, a loop and a called pipeline are drawn, nested, run and seen', async ({
  page,
  studio,
  api,
  server,
  stored,
}) => {
  test.slow()
  await api.pipelines.create.mutate({
    yaml: `
orchestrator: 1
name: Greet politely
inputs: { who: { type: text, default: world } }
steps: [{ id: say, type: text.template, with: { template: "Good day, {{ inputs.who }}" } }]
outputs: { text: "{{ say }}" }
`,
  })
  await page.goto('/')
  await page.getByRole('button', { name: 'New pipeline' }).click()
  await studio.ready()
  await studio.rename('Everything that flows')
  const closePalette = () =>
    page.getByRole('region', { name: 'Add step' }).getByRole('button', { name: 'Close' }).click()

  await test.step('a try comes with its catch; steps fall into the part they are dropped on', async () => {
    await studio.openPalette()
    await studio.zoomOut(3)
    await studio.dropStep('flow.try', { x: 520, y: 200 })
    await expect(studio.card('try.catch')).toBeVisible()
    await expect(studio.cards).toHaveCount(2)
    const lane = await boxOf(studio.card('try.catch'))
    await studio.dragStep('file.read', { x: lane.x + lane.width / 2, y: lane.y - 24 })
    await expect(studio.card('try.read')).toBeVisible()
    const moved = await boxOf(studio.card('try.catch'))
    await studio.dragStep('text.template', { x: moved.x + moved.width / 2, y: moved.y + moved.height * 0.6 })
    await expect(studio.card('try.catch.template')).toBeVisible()
    await studio.dragStep('flow.loop', { x: 980, y: 240 })
    await studio.dragStep('flow.pipeline', { x: 480, y: 720 })
    const loop = await boxOf(studio.card('loop_step'))
    await studio.dragStep('file.write', { x: loop.x + loop.width / 2, y: loop.y + loop.height * 0.6 })
    await expect(studio.card('loop_step.write')).toBeVisible()
    await closePalette()
  })

  await test.step('a finally is added on the frame, once', async () => {
    await studio.card('try').getByRole('button', { name: 'Finally' }).click()
    await expect(studio.card('try.finally')).toBeVisible()
    await expect(studio.card('try').getByRole('button', { name: 'Finally' })).toHaveCount(0)
    // The frame has grown over what was below it.
    await studio.press('Shift+l')
    await studio.settled()
    await studio.card('try.finally').getByRole('button', { name: 'Add what happens in any case' }).click()
    await page.getByPlaceholder('Add a step…').fill('text')
    await page.getByRole('option', { name: /^Text/ }).first().click()
    await expect(studio.card('try.finally.template_2')).toBeVisible()
    await studio.press('Shift+l')
    await studio.settled()
    const [body, rescue, last] = [
      await boxOf(studio.card('try.read')),
      await boxOf(studio.card('try.catch')),
      await boxOf(studio.card('try.finally')),
    ]
    expect(rescue.y).toBeGreaterThan(body.y + body.height)
    expect(last.y).toBeGreaterThanOrEqual(rescue.y + rescue.height)
  })

  await test.step('a step goes into a frame in a frame and out again', async () => {
    const write = await boxOf(studio.card('loop_step.write'))
    const last = await boxOf(studio.card('try.finally'))
    await studio.drag({ x: write.x + 40, y: write.y + 8 }, { x: last.x + last.width / 3, y: last.y + last.height / 2 })
    await expect(studio.card('try.finally.write')).toBeVisible()
    await studio.press('Control+z')
    await expect(studio.card('loop_step.write')).toBeVisible()
  })

  await test.step('draw the edges; none leads to a handler', async () => {
    await studio.connect('try', 'loop_step')
    await studio.connect('loop_step', 'pipeline')
    await expect(studio.card('try.catch').locator(':scope > .target')).toHaveCount(0)
  })

  await test.step('fill in the settings', async () => {
    await studio.select('try.read')
    await studio.fill('Path', 'nowhere.txt')
    await studio.select('try.catch.template')
    await studio.typeExpression('with.template', 'Caught {{ error.code }}')
    await studio.select('try.finally.template_2')
    await studio.typeExpression('with.template', 'In any case')
    await studio.select('loop_step')
    await studio.typeExpression('with.state', '{{ 1 }}')
    await studio.typeExpression('with.next', '{{ state + 1 }}')
    await studio.typeExpression('with.until', 'state > 3')
    await studio.select('loop_step.write')
    await studio.fill('Path', 'turns.txt')
    await studio.typeExpression('with.content', 'turn {{ state }}')
    await studio.inspector.getByRole('switch', { name: 'Append' }).click()
    await studio.select('pipeline')
    await studio.inspector.getByRole('combobox', { name: 'Pipeline', exact: true }).click()
    await page.getByRole('option', { name: 'Greet politely' }).click()
    await expect(studio.card('pipeline').getByRole('link', { name: 'Greet politely' })).toBeVisible()
    await studio.expectSaved()
  })

  const runId = await studio.run()
  await test.step('each part shows what became of it', async () => {
    await studio.expectStatus('pipeline', 'succeeded', 60_000)
    await studio.expectStatus('try.read', 'failed')
    await studio.expectStatus('try.catch', 'succeeded')
    await studio.expectStatus('try.catch.template', 'succeeded')
    await expect(studio.card('try.catch.template')).toContainText('Caught file-not-found')
    await expect(studio.card('try.finally.template_2')).toContainText('In any case')
    await studio.expectStatus('try', 'succeeded')
    await expect(studio.card('loop_step')).toContainText('3 turns of at most 100')
    await expect(studio.card('pipeline')).toContainText('Good day, world')

    // Every turn can be looked at alone, on the card and in the panel.
    await studio.card('loop_step').getByRole('button', { name: 'Which turn is shown' }).click()
    await page.getByLabel('Turn to show, 0 to 2').fill('1')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await expect(studio.card('loop_step')).toContainText('Turn 1')
    await studio.select('loop_step.write')
    await studio.inspector.getByRole('tab', { name: 'Output' }).click()
    await expect(studio.inspector.getByRole('combobox', { name: 'Item' })).toContainText('Item 1')
  })

  await test.step('the journal and the file tell the same', async () => {
    expect(await stored.run(runId)).toMatchObject({ status: 'succeeded' })
    const events = await stored.events(runId)
    const paths = (type: string) =>
      events.flatMap(({ event }) => (event.type === type && 'path' in event ? [event.path] : []))
    expect(paths('body-entered')).toEqual(expect.arrayContaining(['try', 'try.catch', 'try.finally', 'pipeline']))
    expect(paths('loop-entered')).toEqual(['loop_step'])
    expect(paths('item-finished').filter((path) => path?.startsWith('loop_step'))).toEqual(
      [0, 1, 2].map((turn) => `loop_step[${turn}]`),
    )
    expect(await (await fetch(`${server.url}/api/files/turns.txt`)).text()).toMatch(/^turn 1\s*turn 2\s*turn 3\s*$/)
    const { document } = await stored.row('select document from pipelines where id = $1', [studio.pipelineId])
    const [tried] = (document as PipelineDocument).steps
    expect(tried).toMatchObject({
      type: 'flow.try',
      steps: [{ id: 'read' }, { type: 'flow.catch' }, { type: 'flow.finally' }],
    })
  })
})
