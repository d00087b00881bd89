import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorText } from '#pipeline/error-text.ts'
import type { ErrorCode, ErrorInfo } from '#pipeline/errors.ts'
import type { JsonValue, PipelineDocument, Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { createFolderFiles } from '#server/files/folder-files.ts'
import { createModelGateway } from '#server/models/gateway.ts'
import { startFakeOpenAi } from '#server/models/testing/fake-openai.ts'
import { createGuardedFetch } from '#server/network/guarded-fetch.ts'
import { createCodeRunner } from '#server/sandbox/quickjs.ts'
import { stepRegistry } from '#server/steps/registry.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInMemory } from './run-in-memory.ts'
import { startTestServer, type TestServer } from './testing/test-server.ts'

interface FailingCase {
  type: string
  why: string
  with: (places: { server: string; nobody: string }) => Record<string, JsonValue>
  step?: Partial<Step>
  code: ErrorCode
  message: RegExp
  /** What would help. */
  fix: RegExp
  field?: string
  details?: Record<string, unknown>
  attempts?: number
}

const rows = [{ name: 'Ada', age: 36 }]
const inner: Step[] = [{ id: 'inner', type: 'text.template', with: { template: 'x' } }]
const failing: Step[] = [{ id: 'inner', type: 'flow.fail', name: 'Give up', with: { message: 'no luck' } }]

/** One or more ways to fail for every step type that can. */
const cases: FailingCase[] = [
  {
    type: 'data.csv',
    why: 'no such file',
    with: () => ({ file: 'nowhere.csv' }),
    code: 'file-not-found',
    message: /"nowhere\.csv"/,
    fix: /upload|spelling/,
    details: { file: 'nowhere.csv' },
  },
  {
    type: 'data.csv',
    why: 'rows that do not fit',
    with: () => ({ file: 'broken.csv' }),
    code: 'step-failed',
    message: /Row 2 has 3 cells.*2 columns/,
    fix: /delimiter/,
    details: { file: 'broken.csv' },
  },
  {
    type: 'data.json',
    why: 'no JSON',
    with: () => ({ text: '{ "a": }' }),
    code: 'step-failed',
    message: /not JSON.*line 1/,
    fix: /quotes/,
  },
  {
    type: 'data.filter',
    why: 'a condition that cannot be evaluated',
    with: () => ({ items: rows, where: 'item.age.years.more > 1' }),
    code: 'expression-evaluation',
    message: /years|more/,
    fix: /name|default/,
  },
  {
    type: 'data.sort',
    why: 'a setting of the wrong kind',
    with: () => ({ items: 'not a list', by: [{ field: 'age' }] }),
    code: 'invalid-config',
    message: /"items".*not a list/,
    fix: /setting/,
    field: 'with.items',
  },
  {
    type: 'data.join',
    why: 'no list',
    with: () => ({ left: rows, right: 7, left_field: 'name' }),
    code: 'invalid-config',
    message: /"right".*7/,
    fix: /setting/,
    field: 'with.right',
  },
  {
    type: 'data.aggregate',
    why: 'text where numbers are summed',
    with: () => ({ items: rows, measures: [{ op: 'sum', field: 'name' }] }),
    code: 'step-failed',
    message: /name|Ada/,
    fix: /Filter|transform/,
  },
  {
    type: 'data.transform',
    why: 'code that throws',
    with: () => ({ input: 1, code: 'return input.nothing.here' }),
    code: 'code-failed',
    message: /nothing|undefined/,
    fix: /code/,
  },
  {
    type: 'data.transform',
    why: 'code without an end',
    with: () => ({ code: 'for (;;) {}', time_limit: '200ms' }),
    code: 'code-limit',
    message: /200 ms/,
    fix: /loop/,
  },
  {
    type: 'data.query',
    why: 'no such column',
    with: () => ({ sql: 'select nothing from rows', rows }),
    code: 'step-failed',
    message: /nothing/,
    fix: /./,
  },
  {
    type: 'text.template',
    why: 'an expression that fails',
    with: () => ({ template: '{{ item.name.first.letter }}' }),
    code: 'expression-evaluation',
    message: /first|letter/,
    fix: /name|default/,
    field: 'with.template',
  },
  {
    type: 'text.extract',
    why: 'no PDF',
    with: () => ({ file: 'broken.pdf' }),
    code: 'step-failed',
    message: /PDF/,
    fix: /whole|password/,
    details: { file: 'broken.pdf' },
  },
  {
    type: 'text.split',
    why: 'pieces that overlap as a whole',
    with: () => ({ text: 'a b c', size: 10, overlap: 10 }),
    code: 'invalid-config',
    message: /overlap \(10\)/,
    fix: /./,
    field: 'with.overlap',
  },
  {
    type: 'text.match',
    why: 'no regular expression',
    with: () => ({ text: 'a', pattern: '(' }),
    code: 'invalid-config',
    message: /"\("/,
    fix: /./,
    field: 'with.pattern',
  },
  {
    type: 'file.read',
    why: 'no such file',
    with: () => ({ path: 'nowhere.txt' }),
    code: 'file-not-found',
    message: /"nowhere\.txt"/,
    fix: /upload|spelling/,
    details: { path: 'nowhere.txt' },
  },
  {
    type: 'file.write',
    why: 'a path outside',
    with: () => ({ path: '../out.txt', content: 'x' }),
    code: 'path-outside',
    message: /\.\.\/out\.txt/,
    fix: /./,
    details: { path: '../out.txt' },
  },
  {
    type: 'file.list',
    why: 'a setting of the wrong kind',
    with: () => ({ folder: 3 }),
    code: 'invalid-config',
    message: /"folder".*3/,
    fix: /setting/,
    field: 'with.folder',
  },
  {
    type: 'http.request',
    why: 'an answer of 503',
    with: ({ server }) => ({ url: `${server}/busy?key=secret` }),
    code: 'request-failed',
    message: /^GET 127\.0\.0\.1:\d+\/busy answered 503/,
    fix: /retry policy/,
    details: { status: 503, method: 'GET', retryAfterMs: 5 },
    attempts: 2,
  },
  {
    type: 'http.request',
    why: 'an answer of 404',
    with: ({ server }) => ({ url: `${server}/gone`, method: 'DELETE' }),
    code: 'request-failed',
    message: /^DELETE .*\/gone answered 404/,
    fix: /address/,
    details: { status: 404 },
  },
  {
    type: 'http.request',
    why: 'nobody there',
    with: ({ nobody }) => ({ url: `${nobody}/x` }),
    code: 'request-failed',
    message: /127\.0\.0\.1:\d+ could not be reached: nothing answers/,
    fix: /port|server/,
    attempts: 2,
  },
  {
    type: 'http.request',
    why: 'no time left',
    with: ({ server }) => ({ url: `${server}/never` }),
    step: { timeout: '60ms' },
    code: 'step-timeout',
    message: /60ms/,
    fix: /timeout/,
    attempts: 2,
  },
  {
    type: 'ai.generate',
    why: 'a model nobody offers',
    with: () => ({ prompt: 'hi', model: 'fake/absent-1' }),
    code: 'model-failed',
    message: /absent-1.*404|404.*absent-1/,
    fix: /[Pp]ick a model/,
    details: { status: 404, model: 'absent-1' },
  },
  {
    type: 'ai.generate',
    why: 'a provider with too much to do',
    with: () => ({ prompt: 'slow down', model: 'fake/gpt-4o-mini' }),
    code: 'model-failed',
    message: /gpt-4o-mini.*429/,
    fix: /limit/,
    details: { status: 429, retryAfterMs: 20 },
    attempts: 2,
  },
  {
    type: 'ai.generate',
    why: 'no connection of that name',
    with: () => ({ prompt: 'hi', model: 'claude-sonnet-4-5' }),
    code: 'model-missing',
    message: /claude-sonnet-4-5/,
    fix: /Settings/,
  },
  {
    type: 'ai.classify',
    why: 'nothing to read',
    with: () => ({ labels: ['a', 'b'] }),
    code: 'invalid-config',
    message: /classify/,
    fix: /./,
    field: 'with.text',
  },
  {
    type: 'ai.sentiment',
    why: 'nothing to read',
    with: () => ({}),
    code: 'invalid-config',
    message: /nothing to read/,
    fix: /./,
    field: 'with.text',
  },
  {
    type: 'ai.search',
    why: 'a setting of the wrong kind',
    with: () => ({ items: 'x', query: 'y' }),
    code: 'invalid-config',
    message: /"items"/,
    fix: /setting/,
    field: 'with.items',
  },
  {
    type: 'ai.embed',
    why: 'nothing to read',
    with: () => ({}),
    code: 'invalid-config',
    message: /embed/,
    fix: /./,
    field: 'with.text',
  },
  {
    type: 'ai.entities',
    why: 'nothing to read',
    with: () => ({}),
    code: 'invalid-config',
    message: /nothing to read/,
    fix: /./,
    field: 'with.text',
  },
  {
    type: 'ai.ocr',
    why: 'no picture',
    with: () => ({ file: 'broken.csv' }),
    code: 'invalid-request',
    message: /broken\.csv.*not a PNG/,
    fix: /./,
    details: { file: 'broken.csv' },
  },
  {
    type: 'flow.map',
    why: 'no list',
    with: () => ({ items: 'abc' }),
    step: { steps: inner },
    code: 'invalid-config',
    message: /"items".*abc/,
    fix: /setting/,
    field: 'with.items',
  },
  {
    type: 'flow.loop',
    why: 'no end',
    with: () => ({ limit: 2, while: 'true' }),
    step: { steps: inner },
    code: 'loop-limit',
    message: /2/,
    fix: /limit/,
  },
  {
    type: 'flow.branch',
    why: 'a condition that cannot be evaluated',
    with: () => ({ condition: 'item.name.first.letter' }),
    code: 'expression-evaluation',
    message: /first|letter/,
    fix: /name|default/,
    field: 'with.condition',
  },
  {
    type: 'flow.switch',
    why: 'a case that cannot be evaluated',
    with: () => ({ cases: [{ port: 'a', when: 'item.name.first.letter' }] }),
    code: 'expression-evaluation',
    message: /first|letter/,
    fix: /name|default/,
    field: 'with.cases[0].when',
  },
  {
    type: 'flow.merge',
    why: 'a setting of the wrong kind',
    with: () => ({ count: 'two', mode: 'count' }),
    code: 'invalid-config',
    message: /"count".*two/,
    fix: /setting/,
    field: 'with.count',
  },
  {
    type: 'flow.wait',
    why: 'no moment',
    with: () => ({ until: 'soon' }),
    code: 'invalid-config',
    message: /"soon"/,
    fix: /2026/,
    field: 'with.until',
  },
  {
    type: 'flow.wait',
    why: 'no event in time',
    with: () => ({ event: 'paid', key: '7', timeout: '10ms' }),
    code: 'wait-timeout',
    message: /"paid".*10ms/,
    fix: /time/,
    details: { event: 'paid' },
  },
  {
    type: 'flow.approval',
    why: 'nobody in time',
    with: () => ({ title: 'Pay it?', timeout: '10ms' }),
    code: 'wait-timeout',
    message: /"Pay it\?".*10ms/,
    fix: /time/,
  },
  {
    type: 'flow.form',
    why: 'nobody in time',
    with: () => ({ title: 'Address', timeout: '10ms', fields: [{ name: 'street' }] }),
    code: 'wait-timeout',
    message: /"Address".*10ms/,
    fix: /time/,
  },
  {
    type: 'flow.fail',
    why: 'on purpose',
    with: () => ({ message: 'Too few rows' }),
    code: 'flow-failed',
    message: /Too few rows/,
    fix: /purpose/,
  },
]

/** These do nothing of their own: what fails is a step inside, or nothing can. */
const cannotFail = ['flow.catch', 'flow.finally', 'flow.break', 'flow.stop']
/** These fail with the error of a step inside, which keeps its own place. */
const passOn: { type: string; step: Partial<Step>; path: RegExp; calls?: Record<string, PipelineDocument> }[] = [
  { type: 'flow.try', step: { steps: failing }, path: /^each\[0\]\.step\.inner$/ },
  {
    type: 'flow.pipeline',
    step: { with: { pipeline: 'other' } },
    path: /^each\[0\]\.step\.inner$/,
    calls: { 'other@latest': { orchestrator: 1, name: 'Other', steps: failing } },
  },
]

describe('the error of a failing step', () => {
  let server: TestServer
  /** Where nothing listens any more. */
  let nobody: string
  let model: Awaited<ReturnType<typeof startFakeOpenAi>>
  const folder = mkdtempSync(join(tmpdir(), 'step-errors-'))
  const fetch = createGuardedFetch({ allowPrivate: true })
  const code = createCodeRunner()
  let gateway: ReturnType<typeof createModelGateway>

  beforeAll(async () => {
    server = await startTestServer((request, response) => {
      if (request.url!.startsWith('/never')) return
      const busy = request.url!.startsWith('/busy')
      response.writeHead(busy ? 503 : 404, busy ? { 'retry-after-ms': '5' } : {})
      response.end('{}')
    })
    const gone = await startTestServer(() => {})
    nobody = gone.url
    await gone.close()
    model = await startFakeOpenAi({
      models: ['gpt-4o-mini'],
      reply: (prompt, { body }) =>
        body['model'] === 'gpt-4o-mini'
          ? { error: { status: 429, message: `Slow down: ${prompt}`, headers: { 'retry-after-ms': '20' } } }
          : { error: { status: 404, message: 'There is no such model' } },
    })
    gateway = createModelGateway({
      connections: {
        resolve: async () => [
          { name: 'fake', provider: 'openai-compatible', baseUrl: model.baseUrl, apiKey: 'fake-key-0123456789' },
        ],
      },
    })
    writeFileSync(join(folder, 'broken.csv'), 'a,b\n1,2\n1,2,3\n')
    writeFileSync(join(folder, 'broken.pdf'), '%PDF-1.4 and then nothing')
  })
  afterAll(async () => {
    await Promise.all([server.close(), model.close(), gateway.close(), code.close(), fetch.close()])
    rmSync(folder, { recursive: true, force: true })
  })

  /** The step as one of the items of a map, tried twice. */
  async function failureOf(
    step: Step,
    calls?: Record<string, PipelineDocument>,
  ): Promise<{ error: ErrorInfo; run: ErrorInfo }> {
    const each: Step = {
      id: 'each',
      type: 'flow.map',
      with: { items: [{ id: 4711, name: 'Ada' }], item_errors: 'fail' },
      steps: [{ ...step, retry: { attempts: 2, backoff: 'fixed', delay: '1ms' } }],
    }
    const report = await runInMemory({
      document: { orchestrator: 1, name: 'test', steps: [each] },
      ...(calls ? { calls } : {}),
      inputs: {},
      steps: stepRegistry,
      services: {
        models: gateway.forScope(localScope),
        fetch,
        files: createFolderFiles(folder),
        secrets: { get: async () => undefined },
        code,
      },
    })
    expect(report.status).toBe('failed')
    return { error: report.steps['each[0].step']!.error!, run: report.error! }
  }

  it.each(cases)('says where, what, how often and what would help: $type, $why', async (failing) => {
    const { type, code: expected, message, fix, field, details = {}, attempts = 1 } = failing
    const { error, run } = await failureOf({
      id: 'step',
      name: 'The step',
      type,
      with: failing.with({ server: server.url, nobody }),
      ...failing.step,
    })
    expect(error).toMatchObject({
      code: expected,
      step: 'each[0].step',
      stepName: 'The step',
      item: { index: 0, label: 'Ada' },
      tried: { attempts, durationMs: expect.any(Number) },
      ...(field === undefined ? {} : { field }),
      ...(Object.keys(details).length > 0 ? { details } : {}),
    })
    expect(error.message).toMatch(message)
    expect(error.fix).toMatch(fix)
    expect(JSON.stringify(error)).not.toContain('secret')
    expect(run.message).toMatch(/^Step "The step" \(each\[0\]\.step\), item 0 \(Ada\) failed: /)
    expect(errorText(run)).toContain(attempts === 2 ? 'Tried 2 times in' : error.fix!)
  })

  it.each(passOn)('keeps its place through $type around it', async ({ type, step, path, calls }) => {
    const { error, run } = await failureOf({ id: 'step', name: 'Around', type, ...step }, calls)
    expect(error).toMatchObject({
      code: 'flow-failed',
      stepName: 'Give up',
      step: expect.stringMatching(path),
      item: { index: 0, label: 'Ada' },
    })
    expect(run.message).toMatch(/^Step "Give up" \(each\[0\]\.step\.inner\), item 0 \(Ada\) failed: no luck/)
  })

  it('is known for every step type', () => {
    const known = new Set([...cases.map(({ type }) => type), ...passOn.map(({ type }) => type), ...cannotFail])
    expect([...stepRegistry.keys()].filter((type) => !known.has(type))).toEqual([])
  })
})
