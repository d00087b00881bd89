import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { samples, samplesFolder } from '#server/pipelines/samples/seed-samples.ts'
import { runCli } from './testing/run-cli.ts'

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 180_000 })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchestrator-cli-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const orchestrator = (args: string[], options: { onOutput?: (interrupt: () => void) => void } = {}) =>
  runCli(args, { folder, ...options })

const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text)
  return name
}

const valid = `orchestrator: 1
name: Typed
inputs:
  count: { type: number, default: 1 }
  loud: { type: boolean, default: false }
  names: { type: list, default: [] }
steps:
  - id: seen
    type: data.transform
    with:
      input:
        count: "{{ inputs.count }}"
        loud: "{{ inputs.loud }}"
        names: "{{ inputs.names }}"
      code: return input
outputs:
  seen: "{{ seen }}"
`

const failing = `orchestrator: 1
name: Fails
steps:
  - id: before
    type: text.template
    with: { template: ok }
  - id: breaks
    type: http.request
    needs: [before]
    with: { url: "http://127.0.0.1:59999/" }
    retry: { attempts: 2, delay: 1ms }
  - id: after
    type: text.template
    needs: [breaks]
    with: { template: never }
`

describe('validate', () => {
  it('exits with 0 for a valid file', async () => {
    const result = await orchestrator(['validate', await file('valid.yaml', valid)])
    expect(result).toMatchObject({ code: 0, stdout: 'valid.yaml is valid.\n' })
  })

  it('exits with 2 and names line and column of each problem', async () => {
    const name = await file('bad.yaml', valid.replace('data.transform', 'data.transfrom'))
    const text = await orchestrator(['validate', name])
    expect(text.code).toBe(2)
    expect(text.stdout).toMatch(/^bad\.yaml:9:\d+: error: .*data\.transfrom/)
    const json = await orchestrator(['validate', name, '--json'])
    expect(json.code).toBe(2)
    const { problems } = JSON.parse(json.stdout) as { problems: unknown[] }
    expect(problems[0]).toEqual({
      line: 9,
      column: expect.any(Number),
      step: 'seen',
      field: 'type',
      code: 'unknown-step-type',
      severity: 'error',
      message: expect.stringContaining('data.transfrom'),
      fix: expect.anything(),
    })
  })

  it('exits with 2 for what is no YAML, no file, or no command', async () => {
    expect((await orchestrator(['validate', await file('broken.yaml', 'a: [')])).code).toBe(2)
    expect(await orchestrator(['validate', 'missing.yaml'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no file missing.yaml.'),
    })
    expect((await orchestrator(['no-such-command'])).code).toBe(2)
  })
})

describe('run', () => {
  it('reads inputs by their types and prints the documented JSON', async () => {
    const name = await file('valid.yaml', valid)
    const inputs = ['-i', 'count=3', '-i', 'loud=yes', '-i', 'names=["a=b", 2]']
    const result = await orchestrator(['run', name, ...inputs, '--json'])
    expect(result.stderr).toBe('')
    expect(JSON.parse(result.stdout)).toEqual({
      status: 'succeeded',
      outputs: { seen: { count: 3, loud: true, names: ['a=b', 2] } },
      steps: { seen: { status: 'succeeded', attempts: 1, duration_ms: expect.any(Number), error: null } },
      problems: [],
    })
    expect(result.code).toBe(0)
  })

  it('exits with 1 when the run fails, and says what each step came to', async () => {
    const result = await orchestrator(['run', await file('failing.yaml', failing), '--json', '--allow-private-network'])
    expect(result.code).toBe(1)
    expect(JSON.parse(result.stdout)).toMatchObject({
      status: 'failed',
      steps: {
        before: { status: 'succeeded', attempts: 1 },
        breaks: { status: 'failed', attempts: 2, error: { code: 'request-failed' } },
        after: { status: 'skipped', attempts: 0 },
      },
    })
    const guarded = await orchestrator(['run', 'failing.yaml', '--json'])
    expect(JSON.parse(guarded.stdout)).toMatchObject({ steps: { breaks: { error: { code: 'request-blocked' } } } })
  })

  it('exits with 2 for wrong inputs and for files that are not valid', async () => {
    const name = await file('valid.yaml', valid)
    const wrong = await orchestrator(['run', name, '-i', 'count=many', '--json'])
    expect(wrong.code).toBe(2)
    expect(JSON.parse(wrong.stdout)).toMatchObject({ problems: [{ code: 'input-invalid', field: 'inputs.count' }] })
    expect((await orchestrator(['run', name, '-i', 'nonsense'])).code).toBe(2)
    expect((await orchestrator(['run', await file('bad.yaml', valid.replace('data.', 'no.'))])).code).toBe(2)
  })

  it('reads and writes files in the current folder, and reads an input file elsewhere, but nothing else there', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'orchestrator-cli-else-'))
    await writeFile(join(elsewhere, 'table.csv'), 'n\n1\n2\n')
    await writeFile(join(elsewhere, 'secret.txt'), 'secret')
    const copy = (read: string) => `orchestrator: 1
name: Copy
inputs:
  table: { type: file }
steps:
  - { id: load, type: data.csv, with: { file: "${read}" } }
  - { id: save, type: file.write, needs: [load], with: { path: out/copy.csv, content: "{{ load.rows }}" } }
`
    const name = await file('copy.yaml', copy('{{ inputs.table }}'))
    const result = await orchestrator(['run', name, '-i', `table=${join(elsewhere, 'table.csv')}`])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(await readFile(join(folder, 'out/copy.csv'), 'utf8')).toMatch(/^n\r?\n1\r?\n2/)
    await mkdir(join(folder, 'inner'), { recursive: true })
    await writeFile(join(folder, 'inner/here.csv'), 'n\n3\n')
    expect((await orchestrator(['run', name, '-i', 'table=./inner/here.csv'])).code).toBe(0)
    const spy = await file('spy.yaml', copy(join(elsewhere, 'secret.txt')))
    const refused = await orchestrator(['run', spy, '-i', 'table=inner/here.csv', '--json'])
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.stdout)).toMatchObject({ steps: { load: { error: { code: 'path-outside' } } } })
    await rm(elsewhere, { recursive: true })
  })

  it('cancels at Ctrl-C and exits with 1', async () => {
    const endless = `orchestrator: 1
name: Endless
steps:
  - { id: first, type: text.template, with: { template: x } }
  - { id: endless, type: data.transform, needs: [first], timeout: 1m, with: { code: "while (true) {}" } }
`
    let interrupted = false
    const result = await orchestrator(['run', await file('endless.yaml', endless)], {
      onOutput(interrupt) {
        if (!interrupted) interrupt()
        interrupted = true
      },
    })
    expect(result.code).toBe(1)
    expect(result.stdout).toContain('cancelled')
  })

  it.each(samples.filter(({ asksPeople }) => !asksPeople))(
    'runs the sample $yaml from anywhere, with no key and no network',
    async ({ yaml }) => {
      const result = await orchestrator(['run', join(samplesFolder, yaml), '--json'])
      const report = JSON.parse(result.stdout) as { status: string; outputs: { file: string } }
      expect(report.status).toBe('succeeded')
      expect((await readFile(join(folder, report.outputs.file), 'utf8')).length).toBeGreaterThan(300)
      expect(result.code).toBe(0)
    },
    60_000,
  )
})

describe('format', () => {
  it('writes the canonical form once, then has nothing to do', async () => {
    const name = await file('messy.yaml', '{name: Messy, orchestrator: 1, steps: []}')
    expect((await orchestrator(['format', name, '--check'])).code).toBe(1)
    expect((await orchestrator(['format', name])).code).toBe(0)
    const text = await readFile(join(folder, name), 'utf8')
    expect(text).toBe('orchestrator: 1\nname: Messy\nsteps: []\n')
    expect(await orchestrator(['format', name, '--check'])).toMatchObject({ code: 0 })
    expect((await orchestrator(['format', await file('broken.yaml', 'a: [')])).code).toBe(2)
  })

  it('leaves the samples as they are', async () => {
    for (const { yaml } of samples) {
      expect(await orchestrator(['format', join(samplesFolder, yaml), '--check'])).toMatchObject({ code: 0 })
    }
  })
})

describe('import and export', () => {
  it('store a file and give it back', async () => {
    const imported = await orchestrator(['import', await file('valid.yaml', valid)])
    expect(imported.code).toBe(0)
    const id = imported.stdout.trim()
    const exported = await orchestrator(['export', id, '-o', 'exported.yaml'])
    expect(exported.code).toBe(0)
    await orchestrator(['format', 'valid.yaml'])
    expect(await readFile(join(folder, 'exported.yaml'), 'utf8')).toBe(
      await readFile(join(folder, 'valid.yaml'), 'utf8'),
    )
    expect(await orchestrator(['export', 'none'])).toMatchObject({ code: 1, stderr: 'There is no pipeline "none".\n' })
  })
})

it('worker asks for the database it needs', async () => {
  expect(await orchestrator(['worker'])).toMatchObject({ code: 2, stderr: expect.stringContaining('DATABASE_URL') })
})
