'use client'
import { useEditor, useStepView } from '#components/editor/editor.ts'
import type { JsonSchema, StepManifest } from '#pipeline/manifest.ts'
import { Disclosure } from '#components/ui/disclosure.tsx'
import { useState } from 'react'
import { ConfigField } from './config-field.tsx'
import { PoliciesSection } from './policies-section.tsx'
import { ValuesSection } from './values-section.tsx'

/** The form of one step, drawn from its manifest; no step type has code of its own here. */
export function SettingsTab({ stepKey }: { stepKey: string }) {
  const view = useStepView(stepKey)
  const manifest = useEditor((state) => (view ? state.manifests.get(view.step.type) : undefined))
  const readOnly = useEditor((state) => state.readOnly)
  // Open where something is set; from then on as the person left it.
  const [showAdvanced, setShowAdvanced] = useState(() =>
    Object.entries(manifest?.config.properties ?? {}).some(
      ([name, schema]) => schema.advanced && view?.step.with?.[name] !== undefined,
    ),
  )
  if (!view) return null
  if (!manifest) {
    return (
      <p className="p-4 text-sm text-text-quiet">
        The step type “{view.step.type}” is not installed here, so its settings cannot be shown. They are kept as they
        are.
      </p>
    )
  }
  const fields = Object.entries(manifest.config.properties ?? {})
  const plain = fields.filter(([, schema]) => !schema.advanced)
  const advanced = fields.filter(([, schema]) => schema.advanced)
  const draw = ([name, schema]: [string, JsonSchema]) => (
    <ConfigField
      key={`${stepKey}.${name}`}
      stepKey={stepKey}
      path={view.path}
      name={name}
      schema={schema}
      required={isRequired(manifest, name, schema)}
      value={view.step.with?.[name]}
      readOnly={readOnly}
    />
  )
  return (
    <div className="flex flex-col gap-4 p-4">
      {fields.length === 0 ? <p className="text-sm text-text-quiet">This step has no settings.</p> : plain.map(draw)}
      {advanced.length > 0 ? (
        <Disclosure title="More settings" open={showAdvanced} onOpenChange={setShowAdvanced}>
          <div className="flex flex-col gap-4">{advanced.map(draw)}</div>
        </Disclosure>
      ) : null}
      <PoliciesSection stepKey={stepKey} />
      {readOnly ? null : <ValuesSection stepKey={stepKey} />}
    </div>
  )
}

const isRequired = (manifest: StepManifest, name: string, schema: JsonSchema): boolean =>
  schema.default === undefined && (manifest.config.required ?? []).includes(name)
