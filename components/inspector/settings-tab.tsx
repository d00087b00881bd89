'use client'
import { useEditor, useStepView } from '#components/editor/editor.ts'
import type { JsonSchema, StepManifest } from '#pipeline/manifest.ts'
import { ChevronRight } from 'lucide-react'
import { ConfigField } from './config-field.tsx'
import { PoliciesSection } from './policies-section.tsx'

/** The form of one step, drawn from its manifest; no step type has code of its own here. */
export function SettingsTab({ stepKey }: { stepKey: string }) {
  const view = useStepView(stepKey)
  const manifest = useEditor((state) => (view ? state.manifests.get(view.step.type) : undefined))
  const readOnly = useEditor((state) => state.readOnly)
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
        <details className="group" open={advanced.some(([name]) => view.step.with?.[name] !== undefined) || undefined}>
          <summary className="flex cursor-pointer list-none items-center gap-1 rounded-sm text-xs font-medium text-text-quiet hover:text-text">
            <ChevronRight className="size-3.5 transition-transform group-open:rotate-90" aria-hidden />
            More settings
          </summary>
          <div className="mt-3 flex flex-col gap-4">{advanced.map(draw)}</div>
        </details>
      ) : null}
      <PoliciesSection stepKey={stepKey} />
    </div>
  )
}

const isRequired = (manifest: StepManifest, name: string, schema: JsonSchema): boolean =>
  schema.default === undefined && (manifest.config.required ?? []).includes(name)
