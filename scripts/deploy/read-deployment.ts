import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

export const repository = join(import.meta.dirname, '..', '..')
const folder = join(repository, 'docs', 'deploy')

/** Anything a YAML file holds. */
export type Yaml = Record<string, unknown>

/** Every document of every YAML file in docs/deploy, by its path there. Throws at what is no YAML, and at keys given twice. */
export function readDeployment(): Map<string, Yaml[]> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'))
  return new Map(
    names.sort().map((name) => {
      const documents = parseAllDocuments(readFileSync(join(folder, name), 'utf8'), { merge: true, uniqueKeys: true })
      if (!Array.isArray(documents)) throw new Error(`${name} is empty`)
      for (const { errors } of documents) if (errors[0]) throw new Error(`${name}: ${errors[0].message}`)
      return [name, documents.map((document) => document.toJS() as Yaml)]
    }),
  )
}

/** Every value under a key, however deep. */
export function valuesOf(value: unknown, key: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((entry) => valuesOf(entry, key))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, entry]) => [...(name === key ? [entry] : []), ...valuesOf(entry, key)])
}
