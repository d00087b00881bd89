import type { Step } from '#pipeline/document.ts'

/** What the fields of each policy get. */
export interface PolicyFieldsProps {
  stepKey: string
  step: Step
  readOnly: boolean
}
