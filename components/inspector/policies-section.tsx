'use client'
import { useEditor, useEditorApi, useStepView } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { DropdownMenu } from '#components/ui/dropdown-menu.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Switch } from '#components/ui/switch.tsx'
import type { Problem } from '#pipeline/problem.ts'
import { Plus } from 'lucide-react'
import type { ComponentType } from 'react'
import { CacheFields } from './policies/cache-policy.tsx'
import { ErrorFields } from './policies/error-policy.tsx'
import { FallbackFields } from './policies/fallback-policy.tsx'
import { LimitFields } from './policies/limit-policy.tsx'
import { PolicyBlock } from './policies/policy-block.tsx'
import type { PolicyFieldsProps } from './policies/policy-fields-props.ts'
import {
  initialPolicy,
  isOffered,
  isSet,
  type PolicyKind,
  policyKinds,
  withoutPolicy,
} from './policies/policy-kinds.ts'
import { PriorityFields } from './policies/priority-policy.tsx'
import { RetryFields } from './policies/retry-policy.tsx'
import { RunsOnFields } from './policies/runs-on-policy.tsx'
import { TimeoutFields } from './policies/timeout-policy.tsx'

const fieldsOf: Record<PolicyKind['id'], ComponentType<PolicyFieldsProps>> = {
  retry: RetryFields,
  timeout: TimeoutFields,
  on_error: ErrorFields,
  fallback: FallbackFields,
  cache: CacheFields,
  limit: LimitFields,
  priority: PriorityFields,
  runs_on: RunsOnFields,
}

/** Problems of each policy are shown with it; those of a fallback's settings at their fields. */
const belongsTo = ({ field = '' }: Problem, id: PolicyKind['id']): boolean => {
  if (field.startsWith('fallback.with.')) return false
  const [key = ''] = field.split(/[.[]/)
  const own: Partial<Record<PolicyKind['id'], string>> = { on_error: 'error_value', cache: 'cache_key' }
  return key === id || key === own[id]
}

const noProblems: readonly Problem[] = []

/** How a step is carried out besides its settings: only what is set, and a menu for the rest. */
export function PoliciesSection({ stepKey }: { stepKey: string }) {
  const editor = useEditorApi()
  const view = useStepView(stepKey)
  const readOnly = useEditor((state) => state.readOnly)
  const manifest = useEditor((state) => (view ? state.manifests.get(view.step.type) : undefined))
  const problems = useEditor((state) => (view ? state.problemsByPath[view.path] : undefined) ?? noProblems)
  if (!view) return null
  const { step } = view
  const shown = policyKinds.filter(({ id }) => isSet(step, id) || problems.some((problem) => belongsTo(problem, id)))
  const more = policyKinds.filter(
    (kind) => !shown.includes(kind) && isOffered(manifest ?? { container: null }, kind.id),
  )
  const toggleId = `${stepKey}-disabled`
  return (
    <section aria-label="Policies" className="flex flex-col gap-3 border-t pt-3">
      {shown.map(({ id, title, icon }) => {
        const Fields = fieldsOf[id]
        return (
          <PolicyBlock
            key={id}
            title={title}
            icon={icon}
            readOnly={readOnly}
            problems={problems.filter((problem) => belongsTo(problem, id))}
            onRemove={() => editor.actions.setPolicies(stepKey, withoutPolicy(id))}
          >
            <Fields stepKey={stepKey} step={step} readOnly={readOnly} />
          </PolicyBlock>
        )
      })}
      {readOnly || more.length === 0 ? null : (
        <DropdownMenu
          align="start"
          trigger={
            <Button size="sm" variant="ghost" className="-ml-2 self-start">
              <Plus /> Add a policy
            </Button>
          }
          groups={[
            more.map(({ id, title, icon }) => ({
              id,
              title,
              icon: <Icon name={icon} />,
              run: () => editor.actions.setPolicies(stepKey, initialPolicy(step, id)),
            })),
          ]}
        />
      )}
      <div className="flex items-center justify-between gap-3">
        <label htmlFor={toggleId} className="text-xs font-medium">
          Skip this step
          <span className="block font-normal text-text-quiet">Its value is empty, and the run goes on behind it.</span>
        </label>
        <Switch
          id={toggleId}
          checked={step.disabled === true}
          disabled={readOnly}
          onCheckedChange={(checked) => editor.actions.setPolicy(stepKey, 'disabled', checked || undefined)}
        />
      </div>
    </section>
  )
}
