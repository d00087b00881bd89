import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type Database } from '#db/client.ts'
import { walkSteps } from '#pipeline/graph.ts'
import { parsePipeline } from '#pipeline/yaml.ts'
import { validateText } from '#pipeline/validate.ts'
import { openTestApp, outsiderScope } from '#server/api/testing/open-test-app.ts'
import { manifests } from '#server/steps/registry.ts'
import { samples, samplesFolder } from './seed-samples.ts'

const read = (name: string) => readFile(join(samplesFolder, name), 'utf8')

describe.each(samples)('the sample $yaml', ({ yaml, files }) => {
  it('has no problem, not even a warning', async () => {
    expect(validateText(await read(yaml), manifests).problems).toEqual([])
  })

  it('shows a branch, a map and a built-in model, and ends by writing a file', async () => {
    const steps = (parsePipeline(await read(yaml)).document?.steps ?? []).flatMap((step) => [step, ...(step.steps ?? [])])
    const types = steps.map((step) => step.type)
    expect(types).toEqual(expect.arrayContaining(['flow.branch', 'flow.map', 'file.write']))
    expect(types.filter((type) => type.startsWith('ai.')).length).toBeGreaterThan(0)
    expect(types).not.toContain('ai.generate')
    expect(types).not.toContain('http.request')
  })

  it('has a place on the 16 px grid for every step, and says where its data is from', async () => {
    const { document } = parsePipeline(await read(yaml))
    const paths = [...walkSteps(document?.steps ?? [])].map(({ path }) => path)
    const places = document?.layout?.steps ?? {}
    expect(Object.keys(places).toSorted()).toEqual(paths.toSorted())
    for (const place of Object.values(places)) for (const side of Object.values(place)) expect(Math.abs(Number(side)) % 16).toBe(0)
    const notice = await read('data/NOTICE.md')
    for (const file of files) expect(notice).toContain(`\`${file}\``)
  })
})

describe('seeding', () => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase({ memory: true })
  })
  afterAll(() => database.close())

  it('gives a new workspace its samples and their files once: what is deleted stays so', async () => {
    const first = await openTestApp(database, { samples: true })
    const own = first.caller()
    expect((await own.pipelines.list({})).items.map((item) => item.id)).toEqual(samples.map(({ id }) => id).toReversed())
    const paths = (await own.files.list({})).map((file) => file.path)
    expect(paths).toEqual(expect.arrayContaining(samples.flatMap(({ files }) => files.map((file) => `data/${file}`))))
    const { welcomePipelineId } = await own.system.info()
    expect(welcomePipelineId).toBe(samples.at(-1)?.id)
    expect((await first.caller(outsiderScope).pipelines.list({})).items).toEqual([])
    await own.pipelines.delete({ id: welcomePipelineId ?? '' })
    await first.close()

    const second = await openTestApp(database, { samples: true })
    expect((await second.caller().pipelines.list({})).items).toHaveLength(samples.length - 1)
    expect(await second.caller().system.info()).toMatchObject({ welcomePipelineId: null })
    await second.close()
  })
})
