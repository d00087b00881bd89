'use client'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { DropdownMenu } from '#components/ui/dropdown-menu.tsx'
import { Icon } from '#components/ui/icon.tsx'
import type { Problem } from '#pipeline/problem.ts'
import { Plus } from 'lucide-react'
import { PolicyBlock } from './policy-block.tsx'
import { ConcurrencyFields, RunLimitFields, RunPriorityFields } from './run-rule-fields.tsx'

const kinds = [
  { id: 'limits', title: 'Limits of a run', icon: 'gauge', Fields: RunLimitFields, initial: { time: '1h' } },
  { id: 'concurrency', title: 'Runs at once', icon: 'layers', Fields: ConcurrencyFields, initial: { limit: 1 } },
  { id: 'priority', title: 'Priority', icon: 'chevrons-up', Fields: RunPriorityFields, initial: 10 },
] as const

const belongsTo = (problem: Problem, id: string): boolean =>
  problem.step === undefined && (problem.field === id || (problem.field?.startsWith(`${id}.`) ?? false))

/** Rules for runs of the pipeline: only those that are set, and a menu for the rest. */
export function RunRules() {
  const editor = useEditorApi()
  const readOnly = useEditor((state) => state.readOnly)
  const policies = useEditor((state) => state.policies)
  const problems = useEditor((state) => state.problems)
  const shown = kinds.filter(({ id }) => policies[id] !== undefined)
  const more = kinds.filter(({ id }) => policies[id] === undefined)
  if (readOnly && shown.length === 0) return null
  return (
    <section aria-labelledby="pipeline-rules" className="flex flex-col gap-3 border-t pt-3">
      <h2 id="pipeline-rules" className="text-xs font-medium">
        Runs
        <span className="block font-normal text-text-quiet">What one run may take, and how many there may be.</span>
      </h2>
      {shown.map(({ id, title, icon, Fields }) => (
        <PolicyBlock
          key={id}
          title={title}
          icon={icon}
          readOnly={readOnly}
          problems={problems.filter((problem) => belongsTo(problem, id))}
          onRemove={() => editor.actions.setPipelinePolicy(id, undefined)}
        >
          <Fields readOnly={readOnly} />
        </PolicyBlock>
      ))}
      {readOnly || more.length === 0 ? null : (
        <DropdownMenu
          align="start"
          trigger={
            <Button size="sm" variant="ghost" className="-ml-2 self-start">
              <Plus /> Add a rule
            </Button>
          }
          groups={[
            more.map(({ id, title, icon, initial }) => ({
              id,
              title,
              icon: <Icon name={icon} />,
              run: () => editor.actions.setPipelinePolicy(id, initial),
            })),
          ]}
        />
      )}
    </section>
  )
}
