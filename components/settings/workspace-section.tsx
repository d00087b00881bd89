'use client'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { useState } from 'react'
import { Section } from './section.tsx'
import { useWorkspace } from './use-workspace.ts'

/** The workspace's name; saved when the field is left. */
export function WorkspaceSection() {
  const { workspace, update } = useWorkspace()
  const [typed, setTyped] = useState<string | null>(null)
  const name = typed ?? workspace?.name ?? ''
  const save = () => {
    if (typed !== null && typed.trim() !== '' && typed.trim() !== workspace?.name) update({ name: typed.trim() })
    setTyped(null)
  }
  return (
    <Section id="workspace" title="Workspace">
      <Field label="Name" error={typed !== null && typed.trim() === '' ? 'A workspace needs a name' : null}>
        {(ids) => (
          <Input
            {...ids}
            value={name}
            disabled={!workspace}
            maxLength={200}
            onChange={(event) => setTyped(event.target.value)}
            onBlur={save}
            onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
            className="max-w-sm"
          />
        )}
      </Field>
    </Section>
  )
}
