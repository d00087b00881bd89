import { z } from 'zod'

/** What a step asks of a person: stored with its wait, shown by the page, checked again by the server. */
export const approvalDetailsSchema = z.object({
  /** Markdown. */
  text: z.string().optional(),
  /** What is to be approved; absent when there is only a question. */
  value: z.json().optional(),
  /** Whether whoever approves may change the value. */
  editable: z.boolean(),
  /** What happens when nobody answers in time. */
  onTimeout: z.enum(['approve', 'reject', 'fail']),
})

export const formFieldTypes = ['text', 'long-text', 'number', 'boolean', 'choice', 'date'] as const

export const formFieldSchema = z.strictObject({
  /** Key of the answer, `amount`. */
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and _, not starting with a digit'),
  /** What people see; the name when absent. */
  label: z.string().optional(),
  /** `text` when absent. A `date` is `2026-11-23`. */
  type: z.enum(formFieldTypes).optional(),
  /** Under the field. */
  help: z.string().optional(),
  /** True when absent. */
  required: z.boolean().optional(),
  default: z.json().optional(),
  /** Of a choice: what to pick from. */
  options: z.array(z.json()).optional(),
})

export const formDetailsSchema = z.object({
  /** Markdown. */
  text: z.string().optional(),
  fields: z.array(formFieldSchema),
})

/** What a person says to a wait. `values` of a form are read by their field's type, so texts of inputs will do. */
export const waitAnswerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('approve'),
    /** In place of the value that was shown, where it may be edited. */
    value: z.json().optional(),
    reason: z.string().max(2_000).optional(),
  }),
  z.object({ kind: z.literal('reject'), reason: z.string().max(2_000).optional() }),
  z.object({ kind: z.literal('submit'), values: z.record(z.string(), z.json()) }),
])

export type ApprovalDetails = z.infer<typeof approvalDetailsSchema>
export type FormField = z.infer<typeof formFieldSchema>
export type FormDetails = z.infer<typeof formDetailsSchema>
export type WaitAnswer = z.infer<typeof waitAnswerSchema>
