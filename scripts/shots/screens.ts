import type { Page } from '@playwright/test'

/** Brings a page into a state worth looking at. */
export type Screen = (page: Page, base: string) => Promise<void>

/** Fonts are there and the last changes are drawn. (The live stream never ends, so the network is never idle.) */
const settle = (page: Page) =>
  page.evaluate(async () => {
    await document.fonts.ready
    for (let frame = 0; frame < 30; frame++) await new Promise((resolve) => requestAnimationFrame(resolve))
  })

async function call(page: Page, path: string, input: unknown): Promise<unknown> {
  const response = await page.request.post(`${new URL(page.url()).origin}/api/trpc/${path}`, { data: input })
  return ((await response.json()) as { result: { data: unknown } }).result.data
}

/** Opens a sample by its name, from the home page as a person would. */
async function openSample(page: Page, base: string, name: string): Promise<void> {
  await page.goto(base)
  await page.getByRole('link', { name }).first().click()
  await page.waitForURL(/\/p\//)
  await page.locator('.react-flow__node').first().waitFor()
  await settle(page)
}

/** Runs the open pipeline once per data directory; later calls find the finished run on the canvas. */
async function ensureRun(page: Page): Promise<void> {
  const id = /\/p\/([^?]+)/.exec(page.url())![1]!
  const listed = await page.request.get(
    `${new URL(page.url()).origin}/api/trpc/runs.list?input=${encodeURIComponent(JSON.stringify({ pipelineId: id, limit: 1 }))}`,
  )
  const { items } = ((await listed.json()) as { result: { data: { items: { id: string; status: string }[] } } }).result
    .data
  const runId =
    items[0]?.id ?? ((await call(page, 'runs.start', { pipelineId: id, inputs: {} })) as { runId: string }).runId
  await page.goto(`${new URL(page.url()).origin}/p/${id}?run=${runId}`)
  // On a phone the drawer is closed, so what is on screen does not say that it is over.
  await page.waitForFunction(
    async (input) => {
      const response = await fetch(`/api/trpc/runs.get?input=${encodeURIComponent(input)}`)
      const { result } = (await response.json()) as { result: { data: { finishedAt: string | null } } }
      return result.data.finishedAt !== null
    },
    JSON.stringify({ runId }),
    { timeout: 120_000, polling: 500 },
  )
  await settle(page)
}

/** The first question that waits for a person; asks one by running the sample that does. */
async function openQuestion(page: Page, base: string): Promise<{ id: string; token: string }> {
  await page.goto(base)
  const listed = async () => {
    const response = await page.request.get(`${base}/api/trpc/waits.list?input=${encodeURIComponent('{}')}`)
    const { result } = (await response.json()) as { result: { data: { items: { id: string; token: string }[] } } }
    return result.data.items[0]
  }
  if (!(await listed())) await call(page, 'runs.start', { pipelineId: 'sample-approve-refunds', inputs: {} })
  for (let look = 0; look < 300; look++) {
    const found = await listed()
    if (found) return found
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
  }
  throw new Error('nobody was asked')
}

/** Every screen in the states people meet. */
export const screens: Record<string, Screen> = {
  home: async (page, base) => {
    await page.goto(base)
    await page.getByRole('heading', { name: 'Pipelines' }).waitFor()
    await settle(page)
  },
  'home-nothing-found': async (page, base) => {
    await page.goto(base)
    await page.getByRole('searchbox').fill('no such pipeline')
    await page.getByText('No pipeline is called').waitFor()
  },
  'studio-sample': (page, base) => openSample(page, base, 'Triage wildlife strikes'),
  'studio-after-run': async (page, base) => {
    await openSample(page, base, 'Triage wildlife strikes')
    await ensureRun(page)
  },
  'studio-waiting': async (page, base) => {
    await openQuestion(page, base)
    await openSample(page, base, 'Approve refunds')
    await page.getByRole('button', { name: 'Approve' }).first().waitFor()
    await settle(page)
  },
  inbox: async (page, base) => {
    const { id } = await openQuestion(page, base)
    await page.goto(`${base}/inbox?wait=${id}`)
    await page.getByRole('button', { name: 'Approve' }).waitFor()
    await settle(page)
  },
  question: async (page, base) => {
    const { token } = await openQuestion(page, base)
    await page.goto(`${base}/w/${token}`)
    await page.getByRole('button', { name: 'Approve' }).waitFor()
    await settle(page)
  },
  workers: async (page, base) => {
    await page.goto(`${base}/workers`)
    await page.getByRole('region', { name: 'Queues' }).waitFor()
    await settle(page)
  },
  'studio-step': async (page, base) => {
    await openSample(page, base, 'Triage wildlife strikes')
    await ensureRun(page)
    await page.locator('.react-flow__node').first().click()
    await settle(page)
  },
  'studio-run-dialog': async (page, base) => {
    await openSample(page, base, 'The mood of a speech')
    await page.keyboard.press('Control+Shift+Enter')
    await page.getByRole('dialog').waitFor()
  },
  'studio-commands': async (page, base) => {
    await openSample(page, base, 'Find countries by meaning')
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').waitFor()
  },
  'studio-empty': async (page, base) => {
    await page.goto(base)
    const made = (await call(page, 'pipelines.create', { name: 'Nothing drawn yet' })) as { id: string }
    await page.goto(`${base}/p/${made.id}`)
    await settle(page)
    await call(page, 'pipelines.delete', { id: made.id })
  },
  runs: async (page, base) => {
    await page.goto(`${base}/runs`)
    await page.getByRole('heading', { name: 'Runs' }).waitFor()
    await settle(page)
  },
  settings: async (page, base) => {
    await page.goto(`${base}/settings`)
    await page.getByText('About this installation').waitFor()
    await settle(page)
  },
  'settings-connection': async (page, base) => {
    await page.goto(`${base}/settings?connect=openai`)
    await page.getByRole('dialog').waitFor()
  },
  'not-found': async (page, base) => {
    await page.goto(`${base}/p/00000000-0000-0000-0000-000000000000`)
    await settle(page)
  },
}
