import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runCli } from '#server/cli/testing/run-cli.ts'
import { type ServerProcess, startServer } from '#server/cli/testing/server-process.ts'
import type { PublicWait, WaitPage } from './wait-records.ts'

let folder: string
let server: ServerProcess
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchestrator-waits-'))
})
afterAll(async () => {
  await server.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

const orchestrator = (...args: string[]) =>
  runCli(args, { folder, environment: { PORT: new URL(server.url).port, ORCHESTRATOR_URL: '' } })

const yaml = `
orchestrator: 1
name: Order
steps:
  - { id: paid, type: flow.wait, with: { event: payment, key: A-17 } }
  - { id: pause, type: flow.wait, needs: [paid], with: { duration: 1200ms } }
  - { id: ask, type: flow.approval, needs: [pause], with: { title: "Ship {{ paid.payload.item }}?" } }
  - id: form
    type: flow.form
    needs: [ask.approved]
    with: { title: Where to?, fields: [{ name: city }, { name: floor, type: number }] }
outputs:
  by: "{{ ask.by }}"
  to: "{{ form.values }}"
`

it('an order goes through events, time, people and a killed server', { timeout: 240_000 }, async () => {
  server = await startServer(folder)
  const { id: pipelineId } = await server.call<{ id: string }>('pipelines.create', { yaml }, 'POST')
  const { runId } = await server.call<{ runId: string }>('runs.start', { pipelineId, inputs: {} }, 'POST')
  const status = async (): Promise<string> =>
    (await server.call<{ status: string }>('runs.get', { runId }, 'GET')).status
  const waits = async (): Promise<WaitPage> => server.call('waits.list', { runId }, 'GET')
  const patience = { timeout: 60_000, interval: 100 }
  await vi.waitFor(async () => expect(await status()).toBe('waiting'), patience)

  await server.kill('SIGKILL')
  server = await startServer(folder)

  // Another website may not say that something was paid.
  const event = `${server.url}/api/events/payment?key=A-17`
  const body = { method: 'POST', body: '{"item":"tea"}' }
  const json = { 'content-type': 'application/json' }
  const forged = await fetch(event, { ...body, headers: { ...json, origin: 'http://evil.example' } })
  expect(forged.status).toBe(403)
  const sent = await fetch(event, { ...body, headers: json })
  expect([sent.status, await sent.json()]).toEqual([202, { id: expect.any(String), reached: 1 }])
  await vi.waitFor(async () => expect((await waits()).items).toHaveLength(1), patience)

  // The server holds the embedded database: the commands ask it.
  const listed = await orchestrator('waiting')
  expect(listed.stdout).toContain('Ship tea?')
  const [ask] = (await waits()).items
  const approved = await orchestrator('approve', ask!.id, '--reason', 'paid')
  expect(approved).toMatchObject({ code: 0, stdout: '"Ship tea?" is approved.\n' })
  const again = await orchestrator('reject', ask!.id)
  expect(again.code).toBe(1)
  expect(again.stderr).toContain('"Ship tea?" was approved by owner on')

  await vi.waitFor(async () => expect((await waits()).items).toMatchObject([{ kind: 'form' }]), patience)
  const [form] = (await waits()).items
  const wrong = await orchestrator('submit', form!.id, 'city=Oslo', 'floor=high')
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('"floor" is "high"; it must be a number.')])
  expect((await orchestrator('submit', `${server.url}/w/${form!.token}`, 'city=Oslo', 'floor=3')).code).toBe(0)
  const after = await server.call<PublicWait>('waits.byToken', { token: form!.token }, 'GET')
  expect(after.end).toMatchObject({ kind: 'submitted', by: expect.stringContaining('(by link)') })

  await vi.waitFor(async () => expect(await status()).toBe('succeeded'), patience)
  expect(await server.call('runs.get', { runId }, 'GET')).toMatchObject({
    outputs: { by: 'owner', to: { city: 'Oslo', floor: 3 } },
  })
  const late = await orchestrator('send-event', 'payment', '--key', 'A-17', '--payload', '{"item":"milk"}')
  expect(late).toMatchObject({ code: 0, stdout: expect.stringContaining('it has ended 0 waits') })
})
