import { writeFile } from 'node:fs/promises'
import { parsePipeline, printPipeline } from '#pipeline/yaml.ts'
import { formatProblems } from './print-problems.ts'
import { readPipelineFile } from './read-pipeline-file.ts'

/** `format FILE`: rewrites it in canonical form; 2 when it is no pipeline, and with `--check` 1 when it would change. */
export async function formatCommand(file: string, options: { check?: boolean }): Promise<number> {
  const text = await readPipelineFile(file)
  const { document, problems } = parsePipeline(text)
  if (!document) {
    console.error(formatProblems(file, problems))
    return 2
  }
  const formatted = printPipeline(document)
  if (formatted === text) {
    console.log(`${file} is already formatted.`)
    return 0
  }
  if (options.check) {
    console.log(`${file} is not formatted.`)
    return 1
  }
  await writeFile(file, formatted)
  console.log(`${file} is formatted.`)
  return 0
}
