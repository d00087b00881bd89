'use client'
import { Button } from '#components/ui/button.tsx'
import { Plus } from 'lucide-react'

/** Adds one more to a list of settings; not there when nothing may be changed. */
export function AddButton({ title, readOnly, onAdd }: { title: string; readOnly: boolean; onAdd(): void }) {
  if (readOnly) return null
  return (
    <div>
      <Button size="sm" variant="ghost" className="-ml-2.5" onClick={onAdd}>
        <Plus /> {title}
      </Button>
    </div>
  )
}
