import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runCli } from './testing/run-cli.ts'

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 180_000 })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchestrator-answers-'))
  await writeFile(
    join(folder, 'ask.yaml'),
    `orchestrator: 1
name: Ask
steps:
  - id: pause
    type: flow.wait
    with: { duration: 50ms }
  - id: late
    type: flow.wait
    with: { event: reply, timeout: 100ms, on_timeout: continue }
  - id: each
    type: flow.map
    needs: [pause, late]
    with: { items: [1, 2], result: "{{ ask.approved }}" }
    steps:
      - id: ask
        type: flow.approval
        with: { title: "{{ item }}?" }
  - id: form
    type: flow.form
    needs: [each]
    with: { title: How much?, fields: [{ name: amount, type: number }] }
outputs:
  each: "{{ each.items }}"
  amount: "{{ form.values.amount }}"
  late: "{{ late.ended }}"
`,
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const run = (...answers: string[]) =>
  runCli(['run', 'ask.yaml', '--json', ...answers.flatMap((answer) => ['--answer', answer])], { folder })

it('runs to its end with the answers it was given', async () => {
  const { code, stdout } = await run('each.ask=approve', 'each[1].ask=reject: no', 'form={"amount": "12.5"}')
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'succeeded',
    outputs: { each: [true, false], amount: 12.5, late: 'timeout' },
    steps: { 'each[1].ask': { status: 'succeeded' } },
  })
  expect(code).toBe(0)
})

it('fails a step that nobody can answer, and says what would help', async () => {
  const { code, stdout } = await run('each.ask=approve')
  const report = JSON.parse(stdout) as { status: string; problems: { code: string; message: string }[] }
  expect(code).toBe(1)
  expect(report).toMatchObject({ status: 'failed', problems: [{ code: 'input-missing' }] })
  expect(report.problems[0]!.message).toContain(`--answer 'form={"field": "value"}'`)
})

it('refuses an answer that names no step', async () => {
  const { code, stdout } = await run('approve')
  expect(code).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({ problems: [{ code: 'invalid-request' }] })
})
