'use client'
import { IconButton } from '#components/ui/icon-button.tsx'
import { X } from 'lucide-react'

/** Takes one out of a list of settings; not there when nothing may be changed. */
export function RemoveButton({ label, readOnly, onRemove }: { label: string; readOnly: boolean; onRemove(): void }) {
  if (readOnly) return null
  return (
    <IconButton label={label} size="sm" className="mt-0.5" onClick={onRemove}>
      <X />
    </IconButton>
  )
}
