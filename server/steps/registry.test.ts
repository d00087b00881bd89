import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '#pipeline/manifest.ts'
import { manifests, stepRegistry } from './registry.ts'

const folder = new URL('.', import.meta.url)
const notSteps = new Set(['define-step.ts', 'registry.ts', 'step-outcomes.ts'])
const stepFiles = readdirSync(folder).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !notSteps.has(name),
)

/** Every field a person fills in, lists of objects included. */
function fieldsOf(schema: JsonSchema, path = ''): [string, JsonSchema][] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]): [string, JsonSchema][] => [
    [`${path}${name}`, field],
    ...(field.items ? fieldsOf(field.items, `${path}${name}[].`) : []),
  ])
  return own
}

describe('the registry of step types', () => {
  it('has a line for every step file, and a file for every line', () => {
    const expected = stepFiles.map((name) => name.replace(/\.ts$/, '').replace('-', '.')).sort()
    expect([...stepRegistry.keys()].sort()).toEqual(expected)
    expect(expected.length).toBeGreaterThan(0)
  })

  it('holds each type under its own name', () => {
    for (const [type, { manifest }] of stepRegistry) expect(manifest.type).toBe(type)
  })

  it('has manifests that are plain JSON', () => {
    for (const manifest of manifests.values()) expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest)
  })

  it('keeps steps away from the world: they import only the contract, the language and libraries', () => {
    for (const name of stepFiles) {
      const source = readFileSync(new URL(name, folder), 'utf8')
      const imports = [...source.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1] ?? '')
      const refused = imports.filter((path) => /^(node:|#(?!pipeline\/)|\.)/.test(path) && path !== './define-step.ts')
      expect(refused, name).toEqual([])
    }
  })
})

describe.each([...manifests.values()].map((manifest) => [manifest.type, manifest] as const))(
  '%s',
  (_type, manifest) => {
    it('has words for people: title, summary, docs, icon and an example', () => {
      expect(manifest.title.length).toBeGreaterThan(1)
      expect(manifest.title.length).toBeLessThan(24)
      expect(manifest.summary.length).toBeGreaterThan(4)
      expect(manifest.docs.length).toBeGreaterThan(40)
      expect(manifest.icon).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(manifest.examples.length).toBeGreaterThan(0)
    })

    it('names, explains and gives a control to every field', () => {
      for (const [path, field] of fieldsOf(manifest.config)) {
        expect(field, path).toMatchObject({ title: expect.any(String), description: expect.any(String) })
        expect(typeof field.control, `${path} has a control`).toBe('string')
      }
    })

    it('has lazy and port fields that exist', () => {
      const names = Object.keys(manifest.config.properties ?? {})
      for (const field of manifest.lazy) expect(names).toContain(field)
      if (manifest.dynamicPorts) expect(names).toContain(manifest.dynamicPorts.field)
    })

    it('refuses settings it does not know', () => {
      expect(manifest.config.additionalProperties).toBe(false)
    })

    it('has an icon that exists', async () => {
      const { icons } = await import('lucide-react')
      const names = Object.keys(icons).map((name) =>
        name
          .replace(/([a-z])([A-Z0-9])/g, '$1-$2')
          .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
          .toLowerCase(),
      )
      expect(names.map((name) => name.replaceAll('-', ''))).toContain(manifest.icon.replaceAll('-', ''))
    })
  },
)
