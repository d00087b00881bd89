import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stepRegistry } from '#server/steps/registry.ts'

const root = join(import.meta.dirname, '..', '..')

/** The YAML of all pipelines in the repository. */
export const realPipelines: readonly string[] = ['docs/examples', 'server/pipelines/samples'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => readFileSync(join(root, folder, name), 'utf8')),
)

/** Every text with an expression in those pipelines and in the examples of the step types. */
export const realExpressions: readonly string[] = [
  ...new Set([
    ...realPipelines.flatMap((text) => text.match(/\{\{.*?\}\}|\{%.*%\}/g) ?? []),
    ...[...stepRegistry.values()]
      .flatMap(({ manifest }) => textsIn(manifest.examples))
      .filter((text) => text.includes('{')),
  ]),
]

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
