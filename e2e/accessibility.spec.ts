import AxeBuilder from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import type { PipelineDocument } from '#pipeline/document.ts'
import type { ApiClient } from './fixtures/api-client.ts'
import { expect, test } from './fixtures/test.ts'

const yaml = `
orchestrator: 1
name: To look at
inputs:
  topic: { type: text, default: bees }
steps:
  - { id: rows, type: data.json, with: { text: '[{"name": "Ada", "year": 1815}, {"name": "Alan", "year": 1912}]' } }
  - id: each
    type: flow.map
    needs: [rows]
    with: { items: "{{ rows }}" }
    steps:
      - { id: line, type: text.template, with: { template: "{{ item.name }} and {{ inputs.topic }}" } }
  - { id: check, type: flow.branch, needs: [each], with: { condition: "each.items | length > 5" } }
  - { id: many, type: text.template, needs: [check.true], with: { template: many } }
  - { id: few, type: data.transform, needs: [check.false], with: { code: "throw new Error('no')" } }
`

/** The serious and critical findings of axe on what is shown, in words. */
async function seriousFindings(page: Page): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  // Colours are all that the dark pages do not share with the light ones.
  const dark = await page.evaluate(() => document.documentElement.dataset['theme'] === 'dark')
  const { violations } = await (dark ? axe.withRules(['color-contrast']) : axe).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help} (${nodes
          .map(({ target }) => target.join(' '))
          .slice(0, 5)
          .join('; ')})`,
    )
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme })

    test('axe finds nothing serious on any page', async ({ page, studio, api, stored }) => {
      test.slow()
      const { id } = await api.pipelines.create.mutate({ yaml })
      const { runId } = await api.runs.start.mutate({ pipelineId: id })
      await expect.poll(async () => (await stored.run(runId))['status']).toBe('failed')

      await page.goto('/')
      await expect(page.getByRole('article').filter({ hasText: 'To look at' }).first()).toBeVisible()
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
      expect(await seriousFindings(page), 'home').toEqual([])
      await page.getByRole('button', { name: 'Show as a list' }).click()
      expect(await seriousFindings(page), 'home as a list').toEqual([])

      await page.goto('/runs')
      await expect(page.getByRole('row').nth(1)).toBeVisible()
      expect(await seriousFindings(page), 'runs').toEqual([])

      const question = await askSomebody(api)
      await page.goto('/inbox')
      await page
        .getByRole('button', { name: /Send the letter/ })
        .first()
        .click()
      await expect(page.getByRole('article', { name: /Send the letter/ })).toContainText('Dear Ada')
      expect(await seriousFindings(page), 'inbox').toEqual([])
      await studio.open(question.pipelineId)
      await expect(studio.card('ask').getByRole('button', { name: 'Approve' })).toBeVisible()
      expect(await seriousFindings(page), 'studio, waiting for a person').toEqual([])
      await page.goto(`/w/${question.token}`)
      await expect(page.getByRole('button', { name: 'Approve' })).toBeVisible()
      expect(await seriousFindings(page), 'a question by its link').toEqual([])
      await page.getByRole('button', { name: 'Change before approving' }).click()
      expect(await seriousFindings(page), 'a question, its value edited').toEqual([])
      await page.getByRole('button', { name: 'Reject' }).click()
      await expect(page.getByRole('status')).toContainText('Rejected')
      expect(await seriousFindings(page), 'an answered question').toEqual([])

      await page.goto('/workers')
      await expect(page.getByRole('region', { name: 'Queues' })).toBeVisible()
      expect(await seriousFindings(page), 'workers').toEqual([])

      await page.goto('/settings')
      await expect(page.getByRole('heading', { name: 'Connections' })).toBeVisible()
      expect(await seriousFindings(page), 'settings').toEqual([])
      await page.getByRole('button', { name: 'Add a connection' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await seriousFindings(page), 'settings, a connection').toEqual([])

      await studio.open(id)
      await studio.expectStatus('few', 'failed')
      await studio.openDrawer()
      expect(await seriousFindings(page), 'studio').toEqual([])
      await studio.openPalette()
      await studio.showEverything()
      await studio.select('each.line')
      expect(await seriousFindings(page), 'studio, settings of a step').toEqual([])
      await studio.showEverything()
      await studio.select('few')
      await studio.inspector.getByRole('tab', { name: 'Output' }).click()
      await studio.openDrawer('Events')
      expect(await seriousFindings(page), 'studio, output of a failed step').toEqual([])
      await studio.openDrawer('Problems')
      expect(await seriousFindings(page), 'studio, problems').toEqual([])
      await studio.press('Control+k')
      await page.getByRole('dialog').waitFor()
      expect(await seriousFindings(page), 'studio, commands').toEqual([])
      await page.keyboard.press('Escape')
      await studio.press('?')
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
      expect(await seriousFindings(page), 'studio, shortcuts').toEqual([])
    })
  })
}

/** A run that waits for an approval of a text. */
async function askSomebody(api: ApiClient): Promise<{ pipelineId: string; token: string | null }> {
  const { id } = await api.pipelines.create.mutate({
    yaml: `
orchestrator: 1
name: Letters
steps: [{ id: ask, type: flow.approval, with: { title: Send the letter?, text: "Read **all** of it.", value: { to: Ada, text: Dear Ada }, editable: true } }]
`,
  })
  const { runId } = await api.runs.start.mutate({ pipelineId: id })
  const open = async () => (await api.waits.list.query({ runId })).items[0]
  await expect.poll(open).toBeDefined()
  return { pipelineId: id, token: (await open())!.token }
}

test('a pipeline is built and run with the keyboard alone', async ({ page, studio, stored }) => {
  const { keyboard } = page
  await page.goto('/')
  await page.getByRole('button', { name: 'New pipeline' }).focus()
  await keyboard.press('Enter')
  await studio.ready()

  await test.step('add two steps', async () => {
    await expect(page.getByRole('heading', { name: 'Add the first step' })).toBeVisible()
    await keyboard.press('a')
    await expect(page.getByPlaceholder('Add a step…')).toBeFocused()
    await keyboard.type('text')
    await keyboard.press('Enter')
    await expect(studio.cards).toHaveCount(1)
    await keyboard.press('Escape')
    await keyboard.press('a')
    await expect(page.getByPlaceholder('Add a step…')).toBeFocused()
    await keyboard.type('write file')
    await keyboard.press('Enter')
    await expect(studio.cards).toHaveCount(2)
    await expect(studio.edges).toHaveCount(0)
  })

  await test.step('connect them', async () => {
    await keyboard.press('Control+k')
    await expect(page.getByPlaceholder('Search commands and steps')).toBeFocused()
    await keyboard.type('go template')
    await keyboard.press('Enter')
    await expect(studio.inspector.getByRole('textbox', { name: 'Step id' })).toHaveValue('template')
    await keyboard.press('c')
    await expect(page.getByPlaceholder('Connect to which step?')).toBeFocused()
    await keyboard.press('Enter')
    await expect(studio.edges).toHaveCount(1)
  })

  await test.step('fill in their settings', async () => {
    await keyboard.press('Enter')
    await tabTo(studio.expressionField('with.template'))
    await keyboard.type('by hand')
    await keyboard.press('Escape')
    await keyboard.press('Control+k')
    await keyboard.type('go write')
    await keyboard.press('Enter')
    await expect(studio.inspector.getByRole('textbox', { name: 'Step id' })).toHaveValue('write')
    await keyboard.press('Enter')
    await tabTo(studio.inspector.getByLabel('Path', { exact: true }))
    await keyboard.type('by-keyboard.txt')
    await tabTo(studio.expressionField('with.content'))
    await keyboard.type('{{ template }}')
    await keyboard.press('Escape')
    await studio.expectSaved()
  })

  await test.step('run it and look at it', async () => {
    await keyboard.press('Control+Enter')
    await studio.expectStatus('write', 'succeeded')
    const { document } = await stored.row('select document from pipelines where id = $1', [studio.pipelineId])
    expect((document as PipelineDocument).steps).toMatchObject([
      { id: 'template', with: { template: 'by hand' } },
      { id: 'write', needs: ['template'], with: { path: 'by-keyboard.txt', content: '{{ template }}' } },
    ])
    expect(await stored.row("select size::int from files where path = 'by-keyboard.txt'")).toEqual({ size: 7 })
    const wasOpen = await studio.drawer.isVisible()
    if (wasOpen) {
      await leaveField()
      await keyboard.press('l')
      await expect(studio.drawer).toBeHidden()
    } else await leaveField()
    await keyboard.press('l')
    await expect(studio.drawer).toBeVisible()
    await expect(studio.drawer.getByRole('status')).toContainText('Succeeded')
  })

  await test.step('delete a step and take it back', async () => {
    await keyboard.press('Control+k')
    await keyboard.type('go template')
    await keyboard.press('Enter')
    await expect(studio.inspector.getByRole('textbox', { name: 'Step id' })).toHaveValue('template')
    await keyboard.press('Delete')
    await expect(studio.cards).toHaveCount(1)
    await keyboard.press('Control+z')
    await expect(studio.cards).toHaveCount(2)
    await expect(studio.edges).toHaveCount(1)
  })

  /** Presses Tab until the element has the focus. */
  async function tabTo(target: Locator): Promise<void> {
    for (let presses = 0; presses < 40; presses += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return
      await keyboard.press('Tab')
    }
    await expect(target).toBeFocused()
  }
  /** From a text field back to the canvas: the palette leads to a step. */
  async function leaveField(): Promise<void> {
    await keyboard.press('Control+k')
    await keyboard.type('go write')
    await keyboard.press('Enter')
    await expect(page.getByPlaceholder('Search commands and steps')).toBeHidden()
  }
})
