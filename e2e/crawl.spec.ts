import type { Page } from '@playwright/test'
import { overlappingControls, sidewaysOverflow, visibleButtons, watchForChange } from './fixtures/page-checks.ts'
import { expect, test } from './fixtures/test.ts'

// Everything is pressed here: on data that nobody else needs.
test.use({ serverNeeds: { database: 'pglite', name: 'crawl' } })

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
]
const sample = 'sample-strike-triage'
const asking = 'sample-approve-refunds'
/** Pages by name; the address of the question is known once one is asked. */
const pages: Record<string, string> = {
  home: '/',
  runs: '/runs',
  inbox: '/inbox',
  workers: '/workers',
  settings: '/settings',
  studio: `/p/${sample}`,
  question: '',
}

/** Waits until the page shows its data. */
async function loaded(page: Page, name: string): Promise<void> {
  if (name === 'studio') await page.locator('[data-step]').first().waitFor()
  else if (name === 'home') await page.getByRole('link', { name: 'Triage wildlife strikes' }).waitFor()
  else if (name === 'runs') await page.getByRole('row').nth(1).waitFor()
  else if (name === 'inbox')
    await page
      .getByRole('button', { name: /^(?:Approval|Form)/ })
      .first()
      .waitFor()
  else if (name === 'workers') await page.getByRole('region', { name: 'Queues' }).waitFor()
  else if (name === 'question') await page.getByRole('heading', { level: 1 }).waitFor()
  else await page.getByRole('heading', { name: 'About' }).waitFor()
}

test.beforeEach(async ({ api }) => {
  const { items } = await api.runs.list.query({ limit: 1, pipelineId: sample })
  if (items.length === 0) {
    const { runId } = await api.runs.start.mutate({ pipelineId: sample })
    await expect.poll(async () => (await api.runs.get.query({ runId })).status, { timeout: 60_000 }).toBe('succeeded')
  }
  const open = async () => (await api.waits.list.query({})).items[0]
  if (!(await open())) {
    await api.runs.start.mutate({ pipelineId: asking })
    await expect.poll(open, { timeout: 60_000 }).toBeDefined()
  }
  pages['question'] = `/w/${(await open())!.token}`
})

for (const size of sizes) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(`${size.width}x${size.height} ${colorScheme}`, () => {
      test.use({ viewport: size, colorScheme })

      test('nothing overlaps or sticks out', async ({ page, studio }) => {
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(path)
          await loaded(page, name)
          await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
          expect.soft(await sidewaysOverflow(page), `${name} is as wide as the window`).toBeLessThanOrEqual(0)
          expect.soft(await overlappingControls(page), `${name}: controls on each other`).toEqual([])
        }
        if (size.width < 900) return
        await studio.open(sample, '?step=load')
        await studio.openInspector()
        await expect(studio.expressionField('with.file')).toBeVisible()
        await studio.openDrawer()
        await studio.openPalette()
        expect.soft(await overlappingControls(page), 'studio with all panels').toEqual([])
      })
    })
  }
}

for (const size of [sizes[0]!, sizes[2]!]) {
  test.describe(`${size.width}x${size.height}`, () => {
    test.use({ viewport: size })

    for (const name of Object.keys(pages)) {
      test(`every button on ${name} does something`, async ({ page, watch }) => {
        test.slow()
        const path = pages[name]!
        await page.goto(path)
        await loaded(page, name)
        const names = await visibleButtons(page)
        expect(names.length).toBeGreaterThan(0)
        for (const button of names) {
          await test.step(`press ${button}`, async () => {
            const found = page
              .locator('button, [role="tab"]')
              .and(
                page
                  .getByRole('button', { name: button, exact: true })
                  .or(page.getByRole('tab', { name: button, exact: true }))
                  .or(page.getByRole('combobox').filter({ hasText: button }))
                  .or(page.getByRole('switch', { name: button, exact: true })),
              )
              .first()
            // The tooltip of the one before may lie on this one.
            await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
            await page.mouse.move(1, 1)
            // Pressing another one may have put it away, as "Close" does.
            if (!(await found.isVisible()) || !(await found.isEnabled())) return
            if ((await found.getAttribute('aria-selected')) === 'true') return
            await found.hover()
            const changed = await watchForChange(page)
            await found.click()
            await expect.poll(changed, { message: `"${button}" on ${name} does something` }).toBe(true)
            await watch.settled(page)
            expect(watch.troubles, `after pressing "${button}" on ${name}`).toEqual([])
            if (!page.url().endsWith(path)) {
              await page.goto(path)
              await loaded(page, name)
            } else await page.keyboard.press('Escape')
          })
        }
      })
    }
  })
}

test('every link leads somewhere', async ({ page, server }) => {
  const checked = new Set<string>()
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(path)
    await loaded(page, name)
    const links = await page
      .locator('a[href]')
      .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href))
    // Who answers a question by its link has nowhere else to go.
    if (name !== 'question') expect(links.length, `links on ${name}`).toBeGreaterThan(0)
    for (const link of links) {
      // The one link to another machine is the canvas library's own.
      if (checked.has(link) || !link.startsWith(server.url)) continue
      checked.add(link)
      expect((await page.request.get(link)).status(), `${link} on ${name}`).toBe(200)
    }
  }
  expect(checked.size).toBeGreaterThan(4)
})
