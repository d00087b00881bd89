import type { StepPolicies } from '#components/editor/editor.ts'
import type { Step } from '#pipeline/document.ts'
import type { StepManifest } from '#pipeline/manifest.ts'

/** A policy as the inspector offers it. */
export interface PolicyKind {
  id: 'retry' | 'timeout' | 'on_error' | 'fallback' | 'cache' | 'limit' | 'priority' | 'runs_on'
  title: string
  icon: string
}

/** The order people think of them in: when it fails, how long, with whom. */
export const policyKinds: readonly PolicyKind[] = [
  { id: 'retry', title: 'Try again', icon: 'rotate-cw' },
  { id: 'timeout', title: 'Time limit', icon: 'timer' },
  { id: 'on_error', title: 'When it fails', icon: 'split' },
  { id: 'fallback', title: 'Another step instead', icon: 'life-buoy' },
  { id: 'cache', title: 'Reuse of outputs', icon: 'database' },
  { id: 'limit', title: 'Shared limit', icon: 'gauge' },
  { id: 'priority', title: 'Priority', icon: 'chevrons-up' },
  { id: 'runs_on', title: 'Where it runs', icon: 'server' },
]

/** Whether a step has this policy set. */
export function isSet(step: Step, id: PolicyKind['id']): boolean {
  return id === 'on_error' ? (step.on_error ?? 'fail') !== 'fail' : step[id] !== undefined
}

/** Whether the policy means anything for steps of this type. */
export function isOffered({ container }: Pick<StepManifest, 'container'>, id: PolicyKind['id']): boolean {
  return container === null || (id !== 'cache' && id !== 'limit')
}

/** What is set when somebody adds a policy: something that makes sense at once. */
export function initialPolicy(step: Step, id: PolicyKind['id']): Partial<StepPolicies> {
  switch (id) {
    case 'retry':
      return { retry: { attempts: 3 } }
    case 'timeout':
      return { timeout: '30s' }
    case 'on_error':
      return { on_error: 'continue' }
    case 'fallback':
      return { fallback: { type: 'text.template', with: { template: '' } } }
    case 'cache':
      return { cache: '1h' }
    case 'limit':
      return { limit: { key: limitKeyFor(step), concurrency: 5 } }
    case 'priority':
      return { priority: 10 }
    case 'runs_on':
      return { runs_on: [] }
  }
}

/** What removes it, with what belongs to it. */
export function withoutPolicy(id: PolicyKind['id']): Partial<StepPolicies> {
  if (id === 'on_error') return { on_error: undefined, error_value: undefined }
  if (id === 'cache') return { cache: undefined, cache_key: undefined }
  return { [id]: undefined }
}

/** The service a step calls, as far as its settings say: the host, or the maker of the model. */
export function limitKeyFor({ type, with: settings = {} }: Pick<Step, 'type' | 'with'>): string {
  const { url, model } = settings
  const host = typeof url === 'string' ? /^https?:\/\/([\w.-]+)/.exec(url)?.[1] : undefined
  if (host) return host
  if (typeof model === 'string' && /^[\w.-]+\//.test(model)) return model.slice(0, model.indexOf('/'))
  return type.startsWith('ai.') ? 'models' : type
}
