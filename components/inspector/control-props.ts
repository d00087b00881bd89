import type { JsonValue } from '#pipeline/document.ts'
import type { JsonSchema } from '#pipeline/manifest.ts'

/** What every control of the generated form gets. */
export interface ControlProps {
  ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }
  schema: JsonSchema
  /** The stored value; undefined when nothing is set and the default applies. */
  value: JsonValue | undefined
  /** Stores a value; undefined removes it. */
  onChange(value: JsonValue | undefined): void
  readOnly: boolean
  /** The step the field belongs to, for completion and live values. */
  stepKey: string
  /** Path of the field, e.g. `with.cases[0].when`. */
  field: string
}
