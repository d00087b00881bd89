import type { Locator } from '@playwright/test'
import { parse } from 'yaml'
import type { PipelineDocument } from '#pipeline/document.ts'
import { expect, test } from './fixtures/test.ts'

const messages = [
  ['1', 'You charged my credit card twice, please refund the second payment'],
  ['2', 'The app crashes every time I open the settings page'],
  ['3', 'My invoice shows the wrong amount'],
] as const
const csv = `id,message\n${messages.map(([id, message]) => `${id},"${message}"`).join('\n')}\n`
const labels = ['payment, invoice and refund', 'software error and crash']
const written = [labels[0], labels[1], labels[0]].join('\n')

test('a pipeline drawn on an empty canvas runs, is kept, and its past run stays as it was', async ({
  page,
  studio,
  server,
  stored,
}) => {
  test.slow()
  await page.goto('/')
  await page.getByRole('button', { name: 'New pipeline' }).click()
  await studio.ready()
  await expect(page.getByRole('heading', { name: 'Add the first step' })).toBeVisible()
  await studio.rename('Sort the mail')

  await test.step('drag the steps onto the canvas', async () => {
    await studio.openPalette()
    await studio.zoomOut(3)
    await studio.dragStep('data.csv', { x: 420, y: 260 })
    await studio.dragStep('flow.map', { x: 640, y: 480 })
    await studio.dragStep('flow.branch', { x: 900, y: 260 })
    await studio.dragStep('file.write', { x: 900, y: 700 })
    await page.getByRole('region', { name: 'Add step' }).getByRole('button', { name: 'Close' }).click()
    await studio.showEverything()
  })

  await test.step('drag steps into the map, which grows around them', async () => {
    const { x, y } = await frameCorner(studio.card('map'))
    await studio.dragStep('text.template', { x: x + 40, y: y + 60 })
    await expect(studio.card('map.template')).toBeVisible()
    await page.getByRole('region', { name: 'Add step' }).getByRole('button', { name: 'Close' }).click()
    await studio.showEverything()
    const frame = (await studio.card('map').boundingBox())!
    await studio.dragStep('ai.classify', { x: frame.x + frame.width * 0.6, y: frame.y + frame.height * 0.8 })
    await expect(studio.card('map.classify')).toBeVisible()
    await page.getByRole('region', { name: 'Add step' }).getByRole('button', { name: 'Close' }).click()
    await studio.press('Shift+l')
    await studio.settled()
  })

  await test.step('draw the edges', async () => {
    await studio.connect('csv', 'map')
    await studio.connect('map.template', 'map.classify')
    await studio.connect('map', 'branch')
    await studio.connect('branch', 'write', 'true')
    await studio.press('Shift+l')
    await studio.settled()
  })

  await test.step('fill in the settings', async () => {
    await studio.select('csv')
    const chooser = page.waitForEvent('filechooser')
    await studio.inspector.getByRole('button', { name: 'Choose a file' }).click()
    await page.getByRole('menuitem', { name: 'Upload a file' }).click()
    await (await chooser).setFiles({ name: 'mail.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await expect(studio.expressionField('with.file')).toHaveText('mail.csv')

    await studio.select('map')
    await studio.typeExpression('with.items', '{{ csv.rows }}')
    await studio.select('map.template')
    await studio.typeExpression('with.template', 'Message: {{ item.message }}')
    await studio.select('map.classify')
    await studio.typeExpression('with.text', '{{ template }}')
    for (const [index, label] of labels.entries()) {
      await studio.inspector.getByRole('button', { name: 'Add a label' }).click()
      await studio.typeExpression(`with.labels[${index}]`, label)
    }
    await studio.select('branch')
    await studio.typeExpression('with.condition', 'map.items | length == 3')
    await studio.select('write')
    await studio.fill('Path', 'sorted/labels.txt')
    await studio.typeExpression('with.content', "{{ map.items | map(attribute='label') | join('\\n') }}")
    await studio.expectSaved()
  })

  const pipelineId = studio.pipelineId
  await test.step('the database has what was drawn', async () => {
    const { name, document } = await stored.row('select name, document from pipelines where id = $1', [pipelineId])
    expect(name).toBe('Sort the mail')
    const { steps } = document as PipelineDocument
    expect(Object.fromEntries(steps.map(({ id, needs }) => [id, needs ?? []]))).toEqual({
      csv: [],
      map: ['csv'],
      branch: ['map'],
      write: ['branch.true'],
    })
    expect(steps.find(({ id }) => id === 'map')).toMatchObject({
      with: { items: '{{ csv.rows }}' },
      steps: [{ id: 'template' }, { id: 'classify', needs: ['template'], with: { labels } }],
    })
    expect(await stored.row("select size::int from files where path = 'mail.csv'")).toEqual({ size: csv.length })
  })

  const runId = await studio.run()
  await test.step('run it and see each result', async () => {
    await studio.expectStatus('write', 'succeeded', 60_000)
    for (const path of ['csv', 'map', 'map.template', 'map.classify', 'branch']) {
      await studio.expectStatus(path, 'succeeded')
    }
    await expect(studio.card('csv').getByRole('table')).toContainText('You charged')
    await expect(studio.card('map')).toContainText('3 / 3')
    await studio.openDrawer()
    await expect(studio.drawer.getByRole('status')).toContainText('Succeeded')
    await studio.drawer.getByTitle('write', { exact: true }).click()
    await expect(studio.drawer.getByRole('complementary')).toContainText('sorted/labels.txt')

    const answer = await fetch(`${server.url}/api/files/sorted/labels.txt`)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe(written)
  })

  await test.step('the journal has the whole run', async () => {
    expect(await stored.run(runId)).toMatchObject({ pipeline_id: pipelineId, status: 'succeeded', steps_failed: 0 })
    const events = await stored.events(runId)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    const succeeded = events.flatMap(({ event }) => (event.type === 'step-succeeded' ? [event.path] : []))
    expect(succeeded.sort()).toEqual(
      [
        'branch',
        'csv',
        'map',
        'write',
        ...[0, 1, 2].flatMap((index) => [`map[${index}].classify`, `map[${index}].template`]),
      ].sort(),
    )
    expect(events.at(-1)?.event.type).toBe('run-succeeded')
  })

  await test.step('reload: everything is there', async () => {
    await page.reload()
    await studio.ready()
    await expect(page.getByRole('textbox', { name: 'Name of the pipeline' })).toHaveValue('Sort the mail')
    await expect(studio.cards).toHaveCount(6)
    await expect(studio.edges).toHaveCount(4)
    await studio.expectStatus('write', 'succeeded')
    await studio.select('map.classify')
    await expect(studio.expressionField('with.labels[1]')).toHaveText(labels[1]!)
  })

  await test.step('a later edit does not reach the past run', async () => {
    await studio.select('write')
    await studio.typeExpression('with.content', 'something else')
    await studio.select('branch')
    await studio.press('Delete')
    await expect(studio.cards).toHaveCount(5)
    await studio.expectSaved()

    await studio.openDrawer()
    await studio.drawer.getByRole('button', { name: 'History' }).click()
    await page.getByRole('link', { name: /Succeeded/ }).click()
    await expect(page).toHaveURL(new RegExp(`run=${runId}`))
    await expectPastRun()
    await page.getByRole('link', { name: 'Back to the draft' }).click()
    await expect(studio.cards).toHaveCount(5)

    await page.goto('/runs')
    await page
      .getByRole('row', { name: /Sort the mail/ })
      .getByRole('link')
      .click()
    await expect(page).toHaveURL(new RegExp(`/p/${pipelineId}\\?run=${runId}`))
    await expectPastRun()

    const { content } = await stored.row(
      'select content from documents join runs on document_hash = hash where runs.id = $1',
      [runId],
    )
    expect((content as PipelineDocument).steps.find(({ id }) => id === 'write')?.with?.['content']).toContain('join')
  })

  async function expectPastRun(): Promise<void> {
    await expect(page.getByText('Read only.')).toBeVisible()
    await expect(studio.cards).toHaveCount(6)
    for (const path of ['csv', 'map', 'map.classify', 'branch', 'write']) await studio.expectStatus(path, 'succeeded')
    await studio.showEverything()
    await studio.select('write')
    await studio.inspector.getByRole('tab', { name: 'Settings' }).click()
    await expect(studio.expressionField('with.content')).toContainText("map(attribute='label')")
    await expect(studio.expressionField('with.content')).toHaveAttribute('contenteditable', 'false')
  }
})

test('edits can be undone and redone, and steps travel as YAML text', async ({
  page,
  context,
  studio,
  api,
  stored,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { id } = await api.pipelines.create.mutate({
    yaml: `
orchestrator: 1
name: Undo
steps:
  - { id: first, type: text.template, with: { template: one } }
  - { id: second, type: text.template, needs: [first], with: { template: "{{ first }} and two" } }
layout: { steps: { first: { x: 0, y: 0 }, second: { x: 320, y: 0 } } }
`,
  })
  const storedSteps = async () => {
    await studio.expectSaved()
    const { document } = await stored.row('select document from pipelines where id = $1', [id])
    return Object.fromEntries((document as PipelineDocument).steps.map((step) => [step.id, step]))
  }
  await studio.open(id)

  await test.step('a setting', async () => {
    await studio.select('first')
    await studio.typeExpression('with.template', 'uno')
    await expect(studio.card('first')).toContainText('uno')
    expect((await storedSteps())['first']?.with).toEqual({ template: 'uno' })
    await studio.press('Control+z')
    await expect(studio.card('first')).toContainText('one')
    expect((await storedSteps())['first']?.with).toEqual({ template: 'one' })
    await studio.press('Control+Shift+z')
    await expect(studio.card('first')).toContainText('uno')
    expect((await storedSteps())['first']?.with).toEqual({ template: 'uno' })
  })

  await test.step('a move', async () => {
    const before = (await studio.card('second').boundingBox())!
    const grip = { x: before.x + 60, y: before.y + 15 }
    await studio.drag(grip, { x: grip.x + 64, y: grip.y + 160 })
    await expect.poll(async () => (await studio.card('second').boundingBox())!.y - before.y).toBeGreaterThan(100)
    await studio.press('Control+z')
    await expect.poll(async () => Math.abs((await studio.card('second').boundingBox())!.y - before.y)).toBeLessThan(2)
  })

  await test.step('a deletion, with its edge', async () => {
    await studio.select('first')
    await studio.press('Delete')
    await expect(studio.cards).toHaveCount(1)
    await expect(studio.edges).toHaveCount(0)
    expect(Object.keys(await storedSteps())).toEqual(['second'])
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(studio.cards).toHaveCount(2)
    await expect(studio.edges).toHaveCount(1)
    expect(await storedSteps()).toMatchObject({ first: { with: { template: 'uno' } }, second: { needs: ['first'] } })
  })

  await test.step('copies', async () => {
    await studio.select('first')
    await studio.select('second', ['Shift'])
    await studio.press('Control+c')
    const text = await page.evaluate(() => navigator.clipboard.readText())
    expect(parse(text)).toMatchObject({ steps: [{ id: 'first' }, { id: 'second', needs: ['first'] }] })
    await studio.press('Control+v')
    await expect(studio.cards).toHaveCount(4)
    await expect(studio.edges).toHaveCount(2)
    expect(await storedSteps()).toMatchObject({
      first_2: { with: { template: 'uno' } },
      second_2: { needs: ['first_2'], with: { template: '{{ first_2 }} and two' } },
    })
    await studio.press('Control+z')
    await expect(studio.cards).toHaveCount(2)

    // Text from anywhere else works the same.
    await page.evaluate(() =>
      navigator.clipboard.writeText('- id: third\n  type: flow.branch\n  with: { condition: 1 > 0 }\n'),
    )
    await studio.press('Control+v')
    await expect(studio.card('third')).toBeVisible()
    expect(await storedSteps()).toMatchObject({ third: { type: 'flow.branch' } })
  })
})

/** The upper left corner of a frame's empty inside, window pixels. */
async function frameCorner(frame: Locator): Promise<{ x: number; y: number }> {
  const box = (await frame.boundingBox())!
  return { x: box.x + 20, y: box.y + 30 }
}
