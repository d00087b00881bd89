import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parsePipeline, printPipeline } from '#pipeline/yaml.ts'
import { openAppServer } from '#server/app-server.ts'
import { runCli } from './testing/run-cli.ts'

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 180_000 })

const examples = join(import.meta.dirname, '../../docs/examples')
const names = (await readdir(examples)).filter((name) => name.endsWith('.yaml')).sort()

const stepTypes = [
  ...['csv', 'json', 'filter', 'transform', 'sort', 'aggregate', 'join', 'query'].map((name) => `data.${name}`),
  ...['template', 'extract', 'split', 'match'].map((name) => `text.${name}`),
  ...['file.read', 'file.write', 'file.list', 'http.request'],
  ...['generate', 'classify', 'sentiment', 'search', 'embed', 'entities', 'ocr'].map((name) => `ai.${name}`),
  ...['map', 'loop', 'branch', 'switch', 'merge', 'try', 'catch', 'finally'].map((name) => `flow.${name}`),
  ...['pipeline', 'break', 'stop', 'fail', 'wait', 'approval', 'form'].map((name) => `flow.${name}`),
]

interface Report {
  status: string
  outputs: Record<string, unknown>
  steps: Record<string, { status: string; attempts: number; duration_ms: number; error: { code: string } | null }>
  problems: { line: number | null; column: number | null; step: string | null; field: string | null; code: string }[]
}

let folder: string
let server: Server
let address: string
const requests: { url: string; headers: Record<string, unknown>; body: string }[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchestrator-examples-'))
  await cp(examples, folder, { recursive: true })
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      const url = request.url ?? ''
      requests.push({ url, headers: request.headers, body })
      if (url.startsWith('/slow')) return
      const calls = requests.filter((call) => call.url === url).length
      response.statusCode = url.startsWith('/missing') ? 404 : calls < 3 ? 503 : 200
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ calls }))
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true, force: true })
})

const orchestrator = (...args: string[]) => runCli(args, { folder })

/** Runs with `--json`: nothing but the report is on stdout, and its shape is exactly the documented one. */
async function run(...args: string[]): Promise<{ code: number | null; report: Report }> {
  const { code, stdout, stderr } = await orchestrator('run', ...args, '--json')
  expect(stderr).toBe('')
  const report = JSON.parse(stdout) as Report
  expect(Object.keys(report)).toEqual(['status', 'outputs', 'steps', 'problems'])
  for (const step of Object.values(report.steps)) {
    expect(Object.keys(step)).toEqual(['status', 'attempts', 'duration_ms', 'error'])
    expect(['succeeded', 'failed', 'skipped', 'cancelled']).toContain(step.status)
  }
  return { code, report }
}

const statuses = ({ steps }: Report) =>
  Object.fromEntries(Object.entries(steps).map(([path, { status, attempts }]) => [path, `${status} ${attempts}`]))

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return name
}

describe('the examples', () => {
  it('are valid, canonical, and use every step type', async () => {
    const used = new Set<string>()
    for (const name of names) {
      const text = await readFile(join(examples, name), 'utf8')
      expect(await orchestrator('validate', name, '--json')).toEqual({
        code: 0,
        stdout: `${JSON.stringify({ problems: [] }, null, 2)}\n`,
        stderr: '',
      })
      const { document } = parsePipeline(text)
      expect(document && printPipeline(document)).toBe(text)
      for (const [, type] of text.matchAll(/^ +type: ([a-z]+\.[a-z]+)$/gm)) used.add(type ?? '')
    }
    expect(stepTypes.filter((type) => !used.has(type))).toEqual([])
  })

  it('data-steps works on files', async () => {
    const { code, report } = await run('data-steps.yaml', '-i', 'least=2')
    expect(code).toBe(0)
    expect(report.outputs).toEqual({
      cantons: [
        { canton: 'BE', count: 2, revenue: 117, products: 2 },
        { canton: 'BS', count: 2, revenue: 112, products: 2 },
      ],
      products: {
        rows: [
          { product: 'tea', revenue: 139 },
          { product: 'coffee', revenue: 90 },
        ],
        names: ['product', 'revenue'],
      },
      label: '{{ Bern }}',
      table: 'canton,count,revenue,products\nBE,2,117,2\nBS,2,112,2\n',
      files: ['out/cantons.csv', 'out/log.txt'],
    })
    expect(await readFile(join(folder, 'out/log.txt'), 'utf8')).toBe('2 cantons\n')
  })

  it('waiting goes the way it is answered', async () => {
    const paid = ['--answer', 'paid={"euros": 12}']
    const shipped = await run(
      'waiting.yaml',
      ...paid,
      '--answer',
      'ship=approve',
      '--answer',
      'address={"city":"Oslo"}',
    )
    expect(shipped.report.outputs).toEqual({ label: '1 parcel to Oslo, slow', refund: null })
    const rejected = await run('waiting.yaml', ...paid, '--answer', 'ship=reject: broken')
    expect(rejected.report.outputs).toEqual({ label: null, refund: '12 euros back: broken' })
    expect(statuses(rejected.report)).toMatchObject({ address: 'skipped 0', ship: 'succeeded 1' })
  })

  it('control-flow takes and skips the right ways', async () => {
    const { code, report } = await run('control-flow.yaml', '-i', 'size=medium')
    expect(code).toBe(0)
    expect(report.outputs).toEqual({
      both: 'left and right',
      rows: [
        {
          row: 0,
          cells: [
            { at: 0, double: 2, parity: 'odd' },
            { at: 1, double: 4, parity: 'even' },
          ],
          count: null,
        },
        { row: 1, cells: [], count: null },
        { row: 2, cells: [{ at: 0, double: 6, parity: 'odd' }], count: null },
      ],
      amount: 'many',
      size: 'medium',
      letters: 'M',
      skipped: 'skipped',
      after_off: 'off gave None.',
    })
    expect(statuses(report)).toMatchObject({
      few: 'skipped 0',
      after_few: 'skipped 0',
      amount: 'succeeded 1',
      on_small: 'skipped 0',
      on_medium: 'succeeded 1',
      on_other: 'skipped 0',
      off: 'skipped 0',
      after_off: 'succeeded 1',
      'each[0].inner[0].parity': 'skipped 0',
      'each[0].inner[1].parity': 'succeeded 1',
      'each[0].count': 'skipped 0',
      'each[2].row': 'succeeded 1',
    })
    const small = await run('control-flow.yaml', '-i', 'numbers=[]')
    expect(small.report.outputs).toMatchObject({ rows: [], amount: 'few', letters: ['S', 's'], skipped: 'never' })
    const large = await run('control-flow.yaml', '-i', 'numbers=[]', '-i', 'size=large')
    expect(large.report.outputs).toMatchObject({ size: 'default', letters: 'other: large' })
  })

  it('policies takes the ways around what fails, asks no server twice, and keeps to its limit', async () => {
    const { code, report } = await run('policies.yaml', '-i', `server=${address}`, '--allow-private-network')
    expect(code).toBe(0)
    expect(report.outputs).toEqual({
      price: 'no price today',
      stock: { count: null, why: 404 },
      rates: { calls: 3 },
      items: 4,
    })
    expect(statuses(report)).toMatchObject({ price: 'succeeded 2', stock: 'failed 1', rates: 'succeeded 3' })
    expect(requests.filter(({ url }) => url === '/never-asked')).toEqual([])
    expect(requests.filter(({ url }) => url === '/missing/price')).toHaveLength(1)
  })

  it('failures follows each policy', async () => {
    const { code, report } = await run(
      'failures.yaml',
      '-i',
      `server=${address}`,
      '-i',
      'token=a=b',
      '--allow-private-network',
    )
    expect(code).toBe(0)
    expect(report.outputs).toEqual({
      unsteady: { calls: 3 },
      slow: 'slow: step-timeout',
      answer: 'no answer: request-failed',
      parts: [12, null, 3],
      failed: { count: 1, where: 1, step: 'each[1].part' },
      all_fail: 'step-failed',
      empty: { items: [], errors: [], failed: 0, count: 0 },
    })
    expect(statuses(report)).toMatchObject({
      unsteady: 'succeeded 3',
      slow: 'failed 1',
      missing: 'failed 1',
      found: 'skipped 0',
      not_found: 'succeeded 1',
      answer: 'succeeded 1',
      'each[1].part': 'failed 1',
      each: 'succeeded 1',
      all_fail: 'failed 1',
      empty: 'succeeded 1',
    })
    expect(requests.filter(({ url }) => url === '/unsteady?times=2')).toHaveLength(3)
    expect(requests.find(({ url }) => url.startsWith('/unsteady'))).toMatchObject({
      headers: { 'x-token': 'a=b' },
      body: '{"name":"Ann"}',
    })
  })

  it('expressions reads inputs of every type and computes every form', async () => {
    const { code, report } = await run('expressions.yaml')
    expect(code).toBe(0)
    expect(report.outputs).toMatchObject({
      values: {
        typed: [10, 20, 30],
        text: 'limits: [10, 20, 30]',
        index: 'Bern',
        last: 'cocoa',
        slice: ['green', 'blue'],
        backwards: ['red', 'blue', 'green', 'red'],
        arithmetic: 11,
        compared: true,
        contained: true,
        inline: 'later',
        inline_without_else: null,
        object: { a: 0.25, b: { c: 1 } },
        fallback: null,
        fallback_none: 12,
        unknown: null,
        run: true,
        number_as_text: '007',
        braces: '{{ and {{ raw }}',
      },
      filters: {
        chain: 'Basel, Bern',
        total: 43,
        rounded: 2.6,
        parsed: { a: [1] },
        slug: 'hello-world',
        matched: '66',
      },
      tests: { defined: true, kinds: true, numbers: true, nothing: true, filtered: [1, 3] },
      nested: [{ level: 2, deep: [{ deeper: 4 }] }, 'literal', 3, null],
      text: 'Monthly report: 4 tags',
    })
    expect(report.outputs.blocks).toMatch(
      /^# Monthly report\n\* Bern: 12 \(first of 3\).*\(last\).*TOTAL 39.*The End$/s,
    )
    const typed = ['ratio=2e1', 'urgent=yes', 'settings={"owner":{"name":"Bo"},"limits":[]}', 'tags=["x","red"]']
    const given = await run('expressions.yaml', ...[...typed, 'level=3', 'plain=1e3'].flatMap((text) => ['-i', text]))
    expect(given.report.outputs).toMatchObject({
      values: { typed: [], member: 'Bo', inline: 'now', arithmetic: -68, object: { a: 20 }, number_as_text: '1e3' },
      nested: [{ level: 3, deep: [{ deeper: 2 }] }, 'literal', 3, null],
    })
  })

  it('text-and-models needs no key and no network', async () => {
    const { code, report } = await run('text-and-models.yaml')
    expect(code).toBe(0)
    expect(report.outputs).toEqual({
      title: 'Opening hours',
      lines: 2,
      mail: 'desk',
      entities: { email: ['desk@example.com'], date: ['3 May 2026'] },
      scan: true,
      report: '1: complaint, negative\n2: praise, positive\n3: question, neutral\nfound 3, summary: none\n',
      dimensions: 512,
    })
    expect(report.steps.generate).toMatchObject({ status: 'skipped', attempts: 0 })
  })
})

describe('files that are broken', () => {
  const base = `orchestrator: 1
name: Base
inputs:
  who: { type: number }
steps:
  - id: first
    type: text.template
    with: { template: "{{ inputs.who }}" }
  - id: second
    type: text.template
    needs: [first]
    with: { template: "{{ first }}" }
`
  it.each([
    ['no YAML', 'name: [', 'yaml-syntax', 1],
    ['a key twice', `${base}name: again\n`, 'yaml-syntax', 13],
    ['a list', '- a', 'document-shape', 1],
    ['nothing', '', 'document-shape', 1],
    ['no name', base.replace('name: Base\n', ''), 'document-shape', 1],
    ['an unknown step type', base.replace('text.template', 'text.tempalte'), 'unknown-step-type', 7],
    ['an edge from nowhere', base.replace('[first]', '[frist]'), 'unknown-reference', 11],
    ['an unknown port', base.replace('[first]', '[first.true]'), 'unknown-port', 11],
    ['a circle', base.replace('first\n', 'first\n    needs: [second]\n'), 'cycle', 7],
    ['no edge to what is read', base.replace('    needs: [first]\n', ''), 'not-upstream', 11],
    ['an unknown input', base.replace('inputs.who', 'inputs.whom'), 'unknown-reference', 8],
    ['an expression that ends early', base.replace('{{ first }}', '{{ first'), 'expression-syntax', 12],
    ['an unknown filter', base.replace('{{ first }}', '{{ first | uper }}'), 'expression-syntax', 12],
    ['an unknown setting', base.replace('{ template: "{{ first }}" }', '{ templat: x }'), 'invalid-config', 12],
    ['a bad duration', base.replace('[first]', '[first]\n    timeout: soon'), 'invalid-policy', 12],
    ['an id twice', base.replace('second', 'first'), 'duplicate-step', 9],
    ['a default of another type', base.replace('number }', 'number, default: x }'), 'input-invalid', 4],
  ])('%s: exit 2 and its place', async (_title, text, code, line) => {
    const { code: exit, report } = await run(await file('broken.yaml', text), '-i', 'who=1')
    expect(exit).toBe(2)
    expect(report).toMatchObject({ status: 'failed', outputs: {}, steps: {} })
    expect(report.problems).toContainEqual(expect.objectContaining({ code, line, column: expect.any(Number) }))
  })

  it('are told alike by validate, run and format, as JSON and as lines', async () => {
    const name = await file('broken.yaml', base.replace('[first]', '[frist]'))
    const validated = await orchestrator('validate', name, '--json')
    expect(validated).toMatchObject({ code: 2, stderr: '' })
    const { problems } = JSON.parse(validated.stdout) as { problems: Record<string, unknown>[] }
    for (const problem of problems)
      expect(Object.keys(problem)).toEqual(['line', 'column', 'step', 'field', 'code', 'severity', 'message', 'fix'])
    expect((await run(name, '-i', 'who=1')).report.problems).toEqual(problems)
    const line = /^broken\.yaml:11:13: error: .*\(unknown-reference\)$/m
    const ran = await orchestrator('run', name)
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(line) })
    expect(await orchestrator('validate', name)).toMatchObject({ code: 2, stdout: expect.stringMatching(line) })
    const noPipeline = await file('broken.yaml', 'name: [')
    expect(await orchestrator('format', noPipeline)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^broken\.yaml:1:\d+: error: .*\(yaml-syntax\)$/m),
    })
  })

  it.each([
    ['missing', [], 'input-missing', 4],
    ['of another type', ['-i', 'who=many'], 'input-invalid', 4],
    ['not declared', ['-i', 'who=1', '-i', 'whom=1'], 'input-invalid', null],
    ['not declared, and hostile', ['-i', 'who=1', '-i', '__proto__=1'], 'input-invalid', null],
    ['without a value', ['-i', 'who'], 'invalid-request', null],
  ])('an input that is %s: exit 2 with a problem', async (_title, args, code, line) => {
    const { code: exit, report } = await run(await file('base.yaml', base), ...args)
    expect(exit).toBe(2)
    expect(report).toMatchObject({ status: 'failed', steps: {}, problems: [{ code, line }] })
  })

  it.each([['nowhere.yaml'], ['.']])('a file that cannot be read (%s): exit 2 with a problem', async (name) => {
    expect((await run(name)).report.problems).toMatchObject([{ code: 'invalid-request' }])
    const validated = await orchestrator('validate', name, '--json')
    expect(validated.code).toBe(2)
    expect(JSON.parse(validated.stdout)).toMatchObject({ problems: [{ code: 'invalid-request' }] })
    for (const command of ['validate', 'run', 'format'])
      expect(await orchestrator(command, name)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/\S/),
      })
  })
})

describe('braces in code and patterns', () => {
  it('are no expressions: they give no problem and arrive as they are', async () => {
    const text = `orchestrator: 1
name: Braces
inputs:
  text: { default: "a {{ x }} b {% if %}" }
steps:
  - id: find
    type: text.match
    with: { pattern: '\\{{2} ?(?<name>\\w+)', text: "{{ inputs.text }}" }
  - id: code
    type: data.transform
    with: { code: "return '{{ nobody.here }} {% for' + '{# c #}'" }
  - id: shown
    type: text.template
    needs: [code]
    with: { template: "{{ code }}" }
outputs:
  found: "{{ find.matches[0].named.name }}"
  shown: "{{ shown }}"
`
    const { code, report } = await run(await file('braces.yaml', text))
    expect(report).toMatchObject({ outputs: { found: 'x', shown: '{{ nobody.here }} {% for{# c #}' }, problems: [] })
    expect(code).toBe(0)
  })
})

describe('a run that fails', () => {
  it('names the place in the file, not in the expression', async () => {
    const text = `orchestrator: 1
name: Fails
steps:
  - id: each
    type: flow.map
    with: { items: [1] }
    steps:
      - id: inner
        type: text.template
        with:
          template: |
            one
            two {{ item.x.y }}
outputs:
  value: "{{ each }}"
`
    const { code, report } = await run(await file('fails.yaml', text))
    expect(code).toBe(1)
    expect(report.problems).toMatchObject([{ step: 'each', line: 4, column: 5 }])
    const alone = text
      .replace('type: flow.map', 'type: flow.map\n    on_error: continue')
      .replace('{{ each }}', '{{ each.error.a.b }}')
    const outputs = await run(await file('outputs.yaml', alone))
    expect(outputs.code).toBe(1)
    expect(outputs.report.problems).toMatchObject([{ step: null, field: 'outputs.value', line: 16, column: 14 }])
    expect(outputs.report.steps['each[0].inner']?.error).toMatchObject({ code: 'expression-evaluation' })
  })
})

describe('with a data directory', () => {
  it('import and export give back the canonical text', async () => {
    const name = 'expressions.yaml'
    const imported = await orchestrator('import', name)
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    const exported = await orchestrator('export', imported.stdout.trim())
    expect(exported).toEqual({ code: 0, stdout: await readFile(join(examples, name), 'utf8'), stderr: '' })
    expect((await orchestrator('import', await file('no.yaml', 'a: ['))).code).toBe(2)
  })

  it('run works beside an open one, import says who holds it', async () => {
    const app = await openAppServer({ dataDir: join(folder, 'data-directory'), role: 'all' })
    try {
      expect((await run('control-flow.yaml')).code).toBe(0)
      const refused = await orchestrator('import', 'control-flow.yaml')
      expect(refused).toMatchObject({ code: 1, stdout: '' })
      expect(refused.stderr).toContain(String(process.pid))
    } finally {
      await app.close()
    }
  })
})

describe('help', () => {
  it('tells commands, options and exit codes', async () => {
    const help = await orchestrator('--help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const word of ['validate', 'run', 'format', 'export', 'import', 'worker', 'Exit codes'])
      expect(help.stdout).toContain(word)
    expect((await orchestrator('run', '--help')).stdout).toMatch(/-i, --input <name=value>/)
    expect((await orchestrator('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    for (const wrong of [[], ['run'], ['run', 'a', '--nothing'], ['walk']]) {
      const refused = await orchestrator(...wrong)
      expect(refused).toMatchObject({ code: 2, stdout: '' })
      expect(refused.stderr).toMatch(/help/)
    }
  })
})
