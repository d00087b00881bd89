import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { openTestApp, type TestApp } from '#server/api/testing/open-test-app.ts'

const text = (template: string): Step => ({ id: 'text', type: 'text.template', with: { template } })
const greeter = (word: string): PipelineDocument => ({
  orchestrator: 1,
  name: 'Greeter',
  inputs: { name: {} },
  steps: [text(`${word} {{ inputs.name }}`)],
  outputs: { said: '{{ text }}' },
})
const caller = (pipeline: string, more: Record<string, string | number> = {}, name = 'Ann'): PipelineDocument => ({
  orchestrator: 1,
  name: 'Caller',
  steps: [{ id: 'call', type: 'flow.pipeline', with: { pipeline, ...more, inputs: { name } } }],
  outputs: { said: '{{ call.said }}' },
})

describeEachDatabase('pipelines that call each other', (open) => {
  let database: Database
  let app: TestApp
  let api: ReturnType<TestApp['caller']>
  beforeAll(async () => {
    database = await open()
    app = await openTestApp(database)
    api = app.caller()
  })
  afterAll(() => app.close())

  const create = async (document: PipelineDocument) => (await api.pipelines.create({ document })).id
  async function finish(runId: string) {
    const { runs } = app.services
    for await (const message of runs.watch(localScope, runId, 0, AbortSignal.timeout(60_000))) void message
    return api.runs.get({ runId })
  }
  async function run(document: PipelineDocument) {
    const { runId } = await api.runs.start({ pipelineId: await create(document), inputs: {} })
    return finish(runId)
  }

  it('take the draft, then the latest version, or the one they ask for', async () => {
    const called = await create(greeter('Hi'))
    expect((await run(caller(called))).outputs).toEqual({ said: 'Hi Ann' })
    await app.services.versions.create(localScope, called, 'first')
    const draft = JSON.stringify(greeter('Hello'))
    await database.query('update pipelines set document = $2 where id = $1', [called, draft])
    expect((await run(caller(called))).outputs).toEqual({ said: 'Hi Ann' })
    await app.services.versions.create(localScope, called, 'second')
    expect((await run(caller(called))).outputs).toEqual({ said: 'Hello Ann' })
    expect((await run(caller(called, { version: 1 }))).outputs).toEqual({ said: 'Hi Ann' })
  })

  it('are refused at the step that calls what is not there, cannot run, or is given what it does not take', async () => {
    const refused = (document: PipelineDocument) =>
      run(document).then(
        () => null,
        (error: { cause: unknown }) => error.cause,
      )
    const problem = (code: string, message: RegExp) => ({
      code: 'invalid-request',
      info: { step: 'call', details: { problems: [{ code, step: 'call', message: expect.stringMatching(message) }] } },
    })
    expect(await refused(caller('nowhere'))).toMatchObject(problem('unknown-reference', /no pipeline "nowhere"/))
    const called = await create(greeter('Hi'))
    expect(await refused(caller(called, { version: 9 }))).toMatchObject(problem('unknown-reference', /no version 9/))
    const broken = await create({ ...greeter('Hi'), steps: [text('{{ nobody }}')] })
    expect(await refused(caller(broken))).toMatchObject(problem('unknown-reference', /cannot run yet.*nobody/))
    const mute = caller(called)
    mute.steps[0]!.with = { pipeline: called, inputs: { names: 'Ann' } }
    const { problems } = await api.pipelines.validate({ document: mute })
    expect(problems.map(({ code, step }) => [code, step])).toEqual([
      ['input-invalid', 'call'],
      ['input-missing', 'call'],
    ])
  })

  it('see nothing of other workspaces', async () => {
    const called = await create(greeter('Hi'))
    const other = { ...localScope, workspaceId: 'elsewhere' }
    await expect(app.services.pipelines.validate(other, { document: caller(called) })).resolves.toMatchObject({
      problems: [{ code: 'unknown-reference' }],
    })
  })

  it('keep what they called when that is changed in the middle of a run', async () => {
    const called = await create(greeter('Hi'))
    const id = await create(caller(called))
    const { runId } = await api.runs.start({ pipelineId: id, inputs: {} })
    await api.pipelines.delete({ id: called })
    expect((await finish(runId)).outputs).toEqual({ said: 'Hi Ann' })
  })
})
