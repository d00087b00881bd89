'use client'
import { type ReactNode, useId } from 'react'

export interface FieldProps {
  label: ReactNode
  description?: ReactNode
  error?: ReactNode
  required?: boolean
  /** At the right end of the label row. */
  action?: ReactNode
  /** Gets the ids that tie control, description and error together for screen readers. */
  children(ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }): ReactNode
}

/** A labelled control with its help and its error. */
export function Field({ label, description, error, required, action, children }: FieldProps) {
  const id = useId()
  const describedBy = [description ? `${id}-help` : null, error ? `${id}-error` : null].filter(Boolean).join(' ')
  return (
    <div className="flex flex-col gap-1">
      <div className="flex min-h-5 items-center justify-between gap-2">
        {/* A label focuses only native controls by itself; editors are focused here. */}
        <label
          htmlFor={id}
          onPointerUp={() => document.getElementById(id)?.focus()}
          className="text-xs font-medium text-text"
        >
          {label}
          {required ? (
            <span className="ml-0.5 text-failed" title="Required" aria-hidden>
              *
            </span>
          ) : null}
        </label>
        {action}
      </div>
      {children({
        id,
        ...(describedBy ? { 'aria-describedby': describedBy } : {}),
        ...(error ? { 'aria-invalid': true as const } : {}),
      })}
      {error ? (
        <p id={`${id}-error`} className="text-xs text-failed">
          {error}
        </p>
      ) : null}
      {description ? (
        <p id={`${id}-help`} className="text-xs text-text-quiet">
          {description}
        </p>
      ) : null}
    </div>
  )
}
