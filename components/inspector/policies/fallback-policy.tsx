'use client'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Field } from '#components/ui/field.tsx'
import { Select } from '#components/ui/select.tsx'
import type { JsonValue } from '#pipeline/document.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import { useCallback, useMemo } from 'react'
import { ConfigField } from '../config-field.tsx'
import type { PolicyFieldsProps } from './policy-fields-props.ts'

/** Steps that can stand in for one of this type: without steps inside, and with no way out that the other does not have. */
function canStandIn(manifest: StepManifest, own: StepManifest | undefined): boolean {
  if (manifest.container || manifest.inside !== null || manifest.dynamicPorts) return false
  const ports = new Set((own?.outputPorts ?? [{ name: 'out' }]).map(({ name }) => name))
  return manifest.outputPorts.every(({ name }) => name === 'stream' || ports.has(name))
}

/** The step that runs once when every attempt has failed: its type and its settings. */
export function FallbackFields({ stepKey, step, readOnly }: PolicyFieldsProps) {
  const editor = useEditorApi()
  const manifests = useEditor((state) => state.manifests)
  const path = useEditor((state) => state.steps[stepKey]?.path ?? '')
  const { type = '', with: settings = {} } = step.fallback ?? {}
  const manifest = manifests.get(type)
  const options = useMemo(() => {
    const own = manifests.get(step.type)
    return [...manifests.values()]
      .filter((candidate) => candidate.type === type || canStandIn(candidate, own))
      .map((candidate) => ({ value: candidate.type, title: candidate.title, description: candidate.type }))
      .toSorted((left, right) => left.title.localeCompare(right.title))
  }, [manifests, step.type, type])
  const store = useCallback(
    (name: string, value: JsonValue | undefined) => {
      const fallback = editor.store.getState().steps[stepKey]?.step.fallback
      if (!fallback) return
      const { [name]: _, ...rest } = fallback.with ?? {}
      editor.actions.setPolicy(stepKey, 'fallback', {
        ...fallback,
        with: value === undefined ? rest : { ...rest, [name]: value },
      })
    },
    [editor, stepKey],
  )
  const fields = Object.entries(manifest?.config.properties ?? {}).filter(
    ([name, schema]) => !schema.advanced || settings[name] !== undefined,
  )
  return (
    <>
      <Field
        label="Step"
        description="Runs once when every attempt has failed. Its output takes the place of this step's."
      >
        {(ids) => (
          <Select
            {...ids}
            value={type}
            disabled={readOnly}
            onValueChange={(next) => editor.actions.setPolicy(stepKey, 'fallback', { type: next, with: {} })}
            options={options}
          />
        )}
      </Field>
      {fields.map(([name, schema]) => (
        <ConfigField
          key={`${type}.${name}`}
          stepKey={stepKey}
          path={path}
          place="fallback.with"
          name={name}
          schema={schema}
          required={schema.default === undefined && (manifest?.config.required ?? []).includes(name)}
          value={settings[name]}
          readOnly={readOnly}
          onStore={store}
        />
      ))}
    </>
  )
}
