import type { Step } from './document.ts'

/** Under which name the pipeline that a step calls is frozen with a run: `<id>@<version>` or `<id>@latest`; null when its settings name none. */
export function callKeyOf(step: Pick<Step, 'with'>): string | null {
  const { pipeline, version } = step.with ?? {}
  if (typeof pipeline !== 'string' || pipeline === '') return null
  return `${pipeline}@${typeof version === 'number' || typeof version === 'string' ? version : 'latest'}`
}
