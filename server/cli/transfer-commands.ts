import { writeFile } from 'node:fs/promises'
import { localScope } from '#server/auth/scope.ts'
import type { AppServer } from '#server/app-server.ts'
import { readEnvironment } from '#server/read-environment.ts'
import { readPipelineFile } from './read-pipeline-file.ts'

/** Runs on the stored data itself. The embedded database takes one process at a time: stop the server first, or use PostgreSQL. */
async function withServices<Result>(work: (services: AppServer['services']) => Promise<Result>): Promise<Result> {
  const { openAppServer } = await import('#server/app-server.ts')
  const { dataDir, databaseUrl } = readEnvironment(process.env)
  const app = await openAppServer({ dataDir, ...(databaseUrl ? { databaseUrl } : {}), role: 'web' })
  try {
    return await work(app.services)
  } finally {
    await app.close()
  }
}

/** `export ID`: the draft as canonical YAML. */
export function exportCommand(id: string, options: { output?: string }): Promise<number> {
  return withServices(async ({ pipelines }) => {
    const { yaml } = await pipelines.exportYaml(localScope, id)
    if (options.output === undefined) process.stdout.write(yaml)
    else {
      await writeFile(options.output, yaml)
      console.log(`${options.output} is written.`)
    }
    return 0
  })
}

/** `import FILE`: a new pipeline; prints its id. */
export async function importCommand(file: string): Promise<number> {
  const yaml = await readPipelineFile(file)
  return withServices(async ({ pipelines }) => {
    const { id } = await pipelines.create(localScope, { yaml })
    console.log(id)
    return 0
  })
}
