import { writeFile } from 'node:fs/promises'
import { withApi } from './api-client.ts'
import { readPipelineFile } from './read-pipeline-file.ts'

/** `export ID`: the draft as canonical YAML. */
export function exportCommand(id: string, options: { output?: string }): Promise<number> {
  return withApi(async (api) => {
    const { yaml } = await api.pipelines.exportYaml.query({ id })
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
  return withApi(async (api) => {
    const { id } = await api.pipelines.create.mutate({ yaml })
    console.log(id)
    return 0
  })
}
