import { iconNames } from '#components/ui/icon.tsx'
import type { FieldControl, JsonSchema } from '#pipeline/manifest.ts'
import { manifests } from '#server/steps/registry.ts'
import { describe, expect, it } from 'vitest'
import { controlOf, optionsOf, titleOf } from './field-kind.ts'

const controls: FieldControl[] = [
  'text',
  'multiline',
  'template',
  'expression',
  'condition',
  'code',
  'sql',
  'json',
  'number',
  'toggle',
  'select',
  'file',
  'duration',
  'model',
  'labels',
  'key-value',
  'cases',
  'list',
  'schema',
  'pipeline',
  'date-time',
]

/** The field and those inside it, as the form draws them. */
function fieldsOf(name: string, schema: JsonSchema): [string, JsonSchema][] {
  const inner = controlOf(schema) === 'cases' ? Object.entries(schema.items?.properties ?? {}) : []
  return [[name, schema], ...inner.map(([key, part]): [string, JsonSchema] => [`${name}.${key}`, part])]
}

describe.each([...manifests])('the form of %s', (_type, manifest) => {
  const fields = Object.entries(manifest.config.properties ?? {}).flatMap(([name, schema]) => fieldsOf(name, schema))

  it('has an icon of its own', () => {
    expect(iconNames).toContain(manifest.icon)
  })

  it('draws every field with a control and a title', () => {
    for (const [name, schema] of fields) {
      expect(controls, name).toContain(controlOf(schema))
      expect(titleOf(name, schema), name).toMatch(/^\S.*\S$/)
    }
  })

  it('can draw what it asks for', () => {
    for (const [name, schema] of fields) {
      const control = controlOf(schema)
      if (control === 'select') expect(optionsOf(schema).length, name).toBeGreaterThan(1)
      if (control === 'cases') expect(Object.keys(schema.items?.properties ?? {}).length, name).toBeGreaterThan(0)
      // A list that falls back to rows of text must hold texts, not objects people would have to write as JSON.
      if (control === 'list') expect(schema.items?.type, name).not.toBe('object')
    }
  })
})
