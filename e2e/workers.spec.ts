import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from './fixtures/test.ts'

const root = join(import.meta.dirname, '..')

/** A worker process of its own on the test's database. */
function startWorker(databaseUrl: string, dataDir: string, labels: string): ChildProcess {
  return spawn(join(root, 'node_modules', '.bin', 'node'), ['server/cli.ts', 'worker'], {
    cwd: root,
    stdio: 'ignore',
    env: {
      ...process.env,
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      ORCHESTRATOR_DATA: dataDir,
      ORCHESTRATOR_LABELS: labels,
    },
  })
}

test('a second worker appears with its labels, takes what only it can do, and leaves', async ({
  page,
  api,
  server,
  databaseUrl,
  stored,
}) => {
  test.slow()
  const { id } = await api.pipelines.create.mutate({
    yaml: `
orchestrator: 1
name: Needs a special machine
steps: [{ id: a, type: text.template, runs_on: [kiln], with: { template: fired } }]
outputs: { text: "{{ a }}" }
`,
  })
  const { runId } = await api.runs.start.mutate({ pipelineId: id })
  await page.goto('/workers')
  const workers = page.getByRole('region', { name: 'Workers' }).getByRole('row')
  const queues = page.getByRole('region', { name: 'Queues' })
  await expect(workers).toHaveCount(2)
  await expect(queues.getByRole('row').filter({ hasText: 'kiln' })).toContainText('No worker has this label')
  expect(await stored.run(runId)).toMatchObject({ status: 'queued', owner: null })

  const worker = startWorker(databaseUrl!, server.dataDir, 'kiln')
  try {
    await expect(workers).toHaveCount(3, { timeout: 60_000 })
    await expect(workers.filter({ hasText: 'kiln' })).toContainText('Carries out runs')
    await expect.poll(async () => (await stored.run(runId))['status'], { timeout: 30_000 }).toBe('succeeded')
    await expect(queues.getByText('No worker has this label')).toHaveCount(0)
    const { pid } = await stored.row("select pid from workers where 'kiln' = any(labels)")
    expect(pid).toBe(worker.pid)
  } finally {
    worker.kill('SIGTERM')
    await once(worker, 'exit')
  }
  await expect(workers).toHaveCount(2, { timeout: 30_000 })
})
