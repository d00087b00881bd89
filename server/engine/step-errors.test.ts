import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorText } from '#pipeline/error-text.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { createFolderFiles } from '#server/files/folder-files.ts'
import { createModelGateway } from '#server/models/gateway.ts'
import { startFakeOpenAi } from '#server/models/testing/fake-openai.ts'
import { createGuardedFetch } from '#server/network/guarded-fetch.ts'
import { createCodeRunner } from '#server/sandbox/quickjs.ts'
import { stepRegistry } from '#server/steps/registry.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInMemory } from './run-in-memory.ts'
import { cannotFail, failingCases, passOn } from './testing/failing-cases.ts'
import { startTestServer, type TestServer } from './testing/test-server.ts'

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

  it.each(failingCases)('says where, what, how often and what would help: $type, $why', async (failing) => {
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
    const known = new Set([...failingCases.map(({ type }) => type), ...passOn.map(({ type }) => type), ...cannotFail])
    expect([...stepRegistry.keys()].filter((type) => !known.has(type))).toEqual([])
  })
})
