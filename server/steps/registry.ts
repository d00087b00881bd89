import type { StepManifest } from '#pipeline/manifest.ts'
import type { StepDefinition } from './define-step.ts'
import { dataFilter } from './data-filter.ts'
import { dataTransform } from './data-transform.ts'
import { flowBranch } from './flow-branch.ts'
import { flowMap } from './flow-map.ts'
import { flowMerge } from './flow-merge.ts'
import { flowSwitch } from './flow-switch.ts'
import { textTemplate } from './text-template.ts'

/** Every step type, one line each. The order is that of the palette within a category. */
const definitions = {
  'data.filter': dataFilter,
  'data.transform': dataTransform,
  'text.template': textTemplate,
  'flow.map': flowMap,
  'flow.branch': flowBranch,
  'flow.switch': flowSwitch,
  'flow.merge': flowMerge,
} satisfies Record<string, StepDefinition>

/** The step types by name, with the code that runs them. Server only. */
export const stepRegistry: ReadonlyMap<string, StepDefinition> = new Map(Object.entries<StepDefinition>(definitions))

/** The step types by name as plain JSON, safe to send to the browser. */
export const manifests: ReadonlyMap<string, StepManifest> = new Map(
  [...stepRegistry].map(([type, definition]) => [type, definition.manifest]),
)
